// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.host.HostMemory.HugePages;
import io.jvfio.host.HostMemory.Locking;
import io.jvfio.host.HostMemory.NumaNode;
import io.jvfio.host.VfioSupport.Node;
import io.jvfio.host.VfioSupport.Part;
import io.jvfio.host.VfioSupport.PartState;
import io.jvfio.host.VfioSupport.State;
import io.jvfio.internal.sys.ProcSelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is not a device: IOMMUs, memory, and the parts of the kernel.
 *
 * <p>Threads: immutable.
 */
final class SystemFacts {
    private static final long KIB = 1024;
    private static final String HUGE = "hugepages-";

    private final Sysfs sysfs;
    private final HostRoots roots;

    SystemFacts(Sysfs sysfs, HostRoots roots) {
        this.sysfs = sysfs;
        this.roots = roots;
    }

    List<HostIommu> iommus() {
        Path directory = sysfs.path("class/iommu");
        return sysfs.names(directory).stream()
                .sorted()
                .map(name -> new HostIommu(
                        name,
                        HostIommu.Kind.of(name),
                        sysfs.names(directory.resolve(name).resolve("devices")).stream()
                                .sorted()
                                .toList()))
                .toList();
    }

    HostMemory memory() {
        return new HostMemory(locking(), hugePages(sysfs.path("kernel/mm/hugepages")), nodes());
    }

    /** {@code Max locked memory  8388608  8388608  bytes} of {@code proc_pid_limits(5)}. */
    private Locking locking() {
        String limits = text(roots.proc().resolve("self/limits"));
        String capabilities = field(text(roots.proc().resolve("self/status")), "CapEff:");
        boolean exempt = (Numbers.hexLong(capabilities, 0) >>> ProcSelf.CAP_IPC_LOCK & 1) != 0;
        return new Locking(lockedMemory(limits, 0), lockedMemory(limits, 1), exempt);
    }

    /** The soft limit (0) or the hard one (1) of what {@code /proc/PID/limits} says, in bytes; -1 without a limit. */
    static long lockedMemory(String limits, int which) {
        String[] words = field(limits, "Max locked memory").split("\\s+", 3);
        return words.length > which ? Numbers.decimalLong(words[which], -1) : -1;
    }

    private List<HugePages> hugePages(Path directory) {
        List<HugePages> found = new ArrayList<>();
        for (String name : sysfs.names(directory)) {
            boolean known = name.startsWith(HUGE) && name.endsWith("kB");
            long kib = known ? Numbers.decimalLong(name.substring(HUGE.length(), name.length() - 2), -1) : -1;
            if (kib > 0) {
                Path size = directory.resolve(name);
                found.add(new HugePages(
                        kib * KIB,
                        Numbers.decimalLong(sysfs.read(size.resolve("nr_hugepages")), 0),
                        Numbers.decimalLong(sysfs.read(size.resolve("free_hugepages")), 0)));
            }
        }
        found.sort(Comparator.comparingLong(HugePages::size));
        return found;
    }

    private List<NumaNode> nodes() {
        List<NumaNode> found = new ArrayList<>();
        Path directory = sysfs.path("devices/system/node");
        for (String name : sysfs.names(directory)) {
            int number = name.startsWith("node") ? Numbers.decimal(name.substring("node".length()), -1) : -1;
            if (number >= 0) {
                Path node = directory.resolve(name);
                String memory = text(node.resolve("meminfo"));
                String cpus = sysfs.read(node.resolve("cpulist"));
                found.add(new NumaNode(
                        number,
                        cpus == null ? "" : cpus,
                        kib(memory, "MemTotal:"),
                        kib(memory, "MemFree:"),
                        hugePages(node.resolve("hugepages"))));
            }
        }
        found.sort(Comparator.comparingInt(NumaNode::number));
        return found;
    }

    /** {@code Node 0 MemTotal:  4020612 kB}, in bytes. */
    private static long kib(String text, String name) {
        String value = field(text, name);
        long number = Numbers.decimalLong(value.split(" ", 2)[0], -1);
        return number < 0 ? -1 : number * KIB;
    }

    /** What follows a name on its line; empty if it is on none. */
    static String field(String text, String name) {
        return text.lines()
                .filter(line -> line.contains(name))
                .map(line -> line.substring(line.indexOf(name) + name.length()).strip())
                .findFirst()
                .orElse("");
    }

    VfioSupport support() {
        String release = text(roots.proc().resolve("sys/kernel/osrelease"));
        List<PartState> parts = new ArrayList<>();
        for (Part part : Part.values()) {
            boolean present = Files.exists(sysfs.path(part.sign()));
            State state = present ? State.PRESENT : loadable(release, part.module()) ? State.LOADABLE : State.ABSENT;
            parts.add(new PartState(part, state));
        }
        String unsafe = sysfs.read(sysfs.path("module/vfio/parameters/enable_unsafe_noiommu_mode"));
        return new VfioSupport(
                release,
                parts,
                List.of(node(roots.dev().resolve("vfio/vfio")), node(roots.dev().resolve("iommu"))),
                Files.isDirectory(sysfs.path("class/vfio-dev")),
                "Y".equals(unsafe));
    }

    Node node(Path path) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
            String owner = attributes.owner().getName() + ":"
                    + attributes.group().getName() + " " + PosixFilePermissions.toString(attributes.permissions());
            return new Node(path, true, sysfs.mayOpen(path), owner);
        } catch (IOException | UnsupportedOperationException absent) {
            return new Node(path, false, false, "");
        }
    }

    /** Whether a module's file is there, by the list that {@code depmod} makes; the file's name can have either dash. */
    private boolean loadable(String release, String module) {
        return anyLine(roots.modules().resolve(release).resolve("modules.dep"), line -> {
            int colon = line.indexOf(':');
            String file = line.substring(line.lastIndexOf('/', colon < 0 ? line.length() : colon) + 1);
            return file.replace('-', '_').startsWith(module + ".ko");
        });
    }

    /** Whether a line of a file is wanted; not if there is no such file. */
    private static boolean anyLine(Path file, Predicate<String> wanted) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.anyMatch(wanted);
        } catch (IOException | UncheckedIOException unreadable) {
            return false;
        }
    }

    /** Whether the kernel's command line has a word. */
    boolean commandLineHas(String word) {
        return commandLine().contains(word);
    }

    /** What the kernel's command line sets a parameter to, at last; empty if it does not. */
    Optional<String> commandLineValue(String parameter) {
        return commandLine().stream()
                .filter(word -> word.startsWith(parameter + "="))
                .map(word -> word.substring(parameter.length() + 1))
                .reduce((earlier, later) -> later);
    }

    private List<String> commandLine() {
        return List.of(text(roots.proc().resolve("cmdline")).split("\\s+"));
    }

    /** Whether the firmware describes hardware in an ACPI table of this name. */
    boolean firmwareHas(String table) {
        return Files.exists(sysfs.path("firmware/acpi/tables").resolve(table));
    }

    /** Why the kernel keeps even root from some things: {@code integrity}, {@code confidentiality}; empty if not. */
    String lockdown() {
        String modes = sysfs.read(sysfs.path("kernel/security/lockdown"));
        int start = modes == null ? -1 : modes.indexOf('[');
        int end = modes == null ? -1 : modes.indexOf(']');
        String mode = modes == null || start < 0 || end < start ? "" : modes.substring(start + 1, end);
        return mode.equals("none") ? "" : mode;
    }

    private String text(Path file) {
        @Nullable String text = sysfs.read(file);
        return text == null ? "" : text;
    }
}
