// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.host.VirtualFunctionException.Outcome;
import io.jvfio.internal.sys.AttributeWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The virtual functions of a physical one ({@code Documentation/PCI/pci-iov-howto.rst}). The kernel knows two steps only:
 * from none to some, and from some to none; what is in between is made of these, and undone if it fails half-way. Changes
 * need write access to sysfs, which by default root alone has.
 *
 * <p>Threads: thread-safe; each call reads anew. Two changes of the same function at the same time meet in the kernel,
 * which refuses one of them.
 */
public final class VirtualFunctions {
    private static final String NUMBER = "sriov_numvfs";
    private static final String TOTAL = "sriov_totalvfs";
    private static final String AUTOPROBE = "sriov_drivers_autoprobe";
    private static final String ENABLE_SRIOV = "module/vfio_pci/parameters/enable_sriov";
    private static final Duration STEP = Duration.ofMillis(5);

    private final Host host;
    private final Sysfs sysfs;
    private final AttributeWriter writer;
    private final PciAddress physical;
    private final Path directory;

    VirtualFunctions(Host host, Sysfs sysfs, AttributeWriter writer, PciAddress physical) {
        this.host = host;
        this.sysfs = sysfs;
        this.writer = writer;
        this.physical = physical;
        this.directory = sysfs.path("bus/pci/devices").resolve(physical.toString());
    }

    /** Whether drivers of the host are bound to new virtual functions. Threads: immutable. */
    public enum Probing {
        /** As the physical function has it set ({@code sriov_drivers_autoprobe}). */
        KEEP,
        /** They are, or vfio-pci where that has the physical function. */
        ON,
        /** They come without a driver; where vfio-pci has the physical function, it takes them in any case. */
        OFF
    }

    /**
     * How to create virtual functions.
     *
     * <p>Threads: immutable.
     *
     * @param replace whether virtual functions that exist may be removed first
     * @param probing whether drivers are bound to the new ones; the setting is as before afterwards
     * @param deadline how long the kernel may take for each step
     */
    public record CreateOptions(boolean replace, Probing probing, Duration deadline) {
        /** Refuses null. */
        public CreateOptions {
            Objects.requireNonNull(probing, "probing");
            Objects.requireNonNull(deadline, "deadline");
        }

        /** Leaves what exists alone, keeps the setting, and waits 30 seconds: some cards have hundreds. */
        public static CreateOptions defaults() {
            return new CreateOptions(false, Probing.KEEP, Duration.ofSeconds(30));
        }

        /** The same, and virtual functions that exist may go, or not. */
        public CreateOptions withReplace(boolean allowed) {
            return new CreateOptions(allowed, probing, deadline);
        }

        /** The same with this setting. */
        public CreateOptions withProbing(Probing setting) {
            return new CreateOptions(replace, setting, deadline);
        }

        /** The same with this deadline. */
        public CreateOptions withDeadline(Duration limit) {
            return new CreateOptions(replace, probing, limit);
        }
    }

    /** The physical function. */
    public PciAddress physical() {
        return physical;
    }

    /** How many there can be; 0 if the function has no SR-IOV. Blocks. */
    public int total() {
        return number(TOTAL, 0);
    }

    /** How many there are. Blocks. */
    public int count() {
        return number(NUMBER, 0);
    }

    /** Whether drivers are bound to new ones by themselves. Blocks. */
    public boolean autoprobe() {
        return number(AUTOPROBE, 1) != 0;
    }

    /** Their addresses, in the order of their numbers. Blocks. */
    public List<PciAddress> list() {
        return listed(count());
    }

    /**
     * The processes that have a virtual function open. Without privilege only those of the same user can be seen. Blocks.
     */
    public List<NodeHolder> holders() {
        Set<Path> nodes = new HashSet<>();
        for (PciAddress address : list()) {
            host.function(address).map(HostFunction::access).ifPresent(access -> {
                Optional.ofNullable(access.cdev()).ifPresent(nodes::add);
                Optional.ofNullable(access.groupNode()).ifPresent(nodes::add);
            });
        }
        return host.holders(nodes);
    }

    /**
     * Creates virtual functions and waits until they are there, or fails and leaves everything as it was. If as many exist
     * already, they are the result. Blocks.
     *
     * @param count 1 to {@link #total}
     * @return their addresses
     * @throws IllegalArgumentException if the function has no SR-IOV, or not for so many
     * @throws VirtualFunctionException if the kernel refuses, or existing virtual functions are in the way
     */
    public List<PciAddress> create(int count, CreateOptions options) {
        checkCount(count);
        int before = count();
        if (before == count) {
            return awaitAll(count, options.deadline());
        }
        if (before > 0) {
            if (!options.replace()) {
                throw failure(
                        Outcome.REFUSED,
                        Errno.EBUSY,
                        "the number goes only through 0, and " + before + " exist: remove them, or allow replacing");
            }
            checkUnused();
        }
        boolean probed = autoprobe();
        boolean probe = switch (options.probing()) {
            case KEEP -> probed;
            case ON -> true;
            case OFF -> false;
        };
        try {
            set(AUTOPROBE, probed ? 1 : 0, probe ? 1 : 0, options.deadline());
            set(NUMBER, before, 0, options.deadline());
            set(NUMBER, 0, count, options.deadline());
            List<PciAddress> made = awaitAll(count, options.deadline());
            set(AUTOPROBE, probe ? 1 : 0, probed ? 1 : 0, options.deadline());
            return made;
        } catch (VirtualFunctionException e) {
            throw e.outcome() == Outcome.INCOMPLETE ? e : restored(e, before, probed, options.deadline());
        }
    }

    /**
     * Removes all virtual functions. Blocks.
     *
     * @param deadline how long the kernel may take
     * @return how many there were
     * @throws VirtualFunctionException if somebody has one of them open, or the kernel refuses
     */
    public int remove(Duration deadline) {
        int before = count();
        if (before > 0) {
            checkUnused();
            set(NUMBER, before, 0, deadline);
        }
        return before;
    }

    private void checkCount(int count) {
        int total = total();
        if (total == 0) {
            throw new IllegalArgumentException(
                    physical + (Files.isDirectory(directory) ? " has no SR-IOV" : " is no PCI function of this host"));
        }
        if (count < 1 || count > total) {
            throw new IllegalArgumentException(
                    count + " virtual functions of " + physical + " cannot be: 1 to " + total);
        }
    }

    /** The kernel waits without end for who has a virtual function open, so that is asked first. */
    private void checkUnused() {
        List<NodeHolder> holders = holders();
        if (!holders.isEmpty()) {
            String names = holders.stream()
                    .map(holder -> holder + " has " + holder.node())
                    .distinct()
                    .collect(Collectors.joining(", "));
            throw failure(Outcome.REFUSED, Errno.EBUSY, "virtual functions are in use: " + names);
        }
    }

    /** Writes a number where it differs, and checks that the kernel has taken it. */
    private void set(String attribute, int from, int to, Duration deadline) {
        if (from == to) {
            return;
        }
        int result = writer.write(directory.resolve(attribute), Integer.toString(to), deadline);
        if (result < 0) {
            // A write that the kernel keeps is neither done nor undone.
            boolean kept = result == -Errno.ETIMEDOUT || result == -Errno.EINTR;
            throw failure(kept ? Outcome.INCOMPLETE : Outcome.ROLLED_BACK, -result, hint(attribute, -result, to));
        }
        if (number(attribute, -1) != to) {
            throw failure(
                    Outcome.ROLLED_BACK, Errno.EIO, "the kernel took the write and " + attribute + " did not change");
        }
    }

    /** Goes back to the state before, after a failure. */
    private VirtualFunctionException restored(
            VirtualFunctionException failure, int before, boolean probed, Duration deadline) {
        try {
            int now = count();
            if (now != before) {
                set(NUMBER, now, 0, deadline);
                set(AUTOPROBE, autoprobe() ? 1 : 0, probed ? 1 : 0, deadline);
                set(NUMBER, 0, before, deadline);
            } else {
                set(AUTOPROBE, autoprobe() ? 1 : 0, probed ? 1 : 0, deadline);
            }
            return failure;
        } catch (VirtualFunctionException again) {
            VirtualFunctionException worse = new VirtualFunctionException(
                    Outcome.INCOMPLETE,
                    failure.errno(),
                    failure.subject() + " has " + count() + " virtual functions now, " + before + " before",
                    failure.hint());
            worse.initCause(failure);
            worse.addSuppressed(again);
            return worse;
        }
    }

    private List<PciAddress> awaitAll(int count, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        List<PciAddress> found = listed(count);
        while (found.size() < count) {
            if (System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
                throw failure(
                        Outcome.ROLLED_BACK,
                        Errno.ETIMEDOUT,
                        found.size() + " of " + count + " virtual functions appeared in " + deadline.toMillis()
                                + " ms");
            }
            LockSupport.parkNanos(STEP.toNanos());
            found = listed(count);
        }
        return found;
    }

    /** Those of the first so many that are there. */
    private List<PciAddress> listed(int count) {
        List<PciAddress> found = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            Path link = directory.resolve("virtfn" + index);
            String name = sysfs.target(link);
            if (name != null && PciAddress.matches(name) && Files.isDirectory(link)) {
                found.add(PciAddress.parse(name));
            }
        }
        return found;
    }

    private int number(String attribute, int fallback) {
        return Numbers.decimal(sysfs.read(directory.resolve(attribute)), fallback);
    }

    private VirtualFunctionException failure(Outcome outcome, int errno, String hint) {
        return new VirtualFunctionException(outcome, errno, NUMBER + " of " + physical, hint);
    }

    /** Why the kernel refused a write ({@code drivers/pci/iov.c}). */
    private String hint(String attribute, int errno, int to) {
        @Nullable String driver = sysfs.target(directory.resolve("driver"));
        return switch (errno) {
            case Errno.EACCES, Errno.EPERM -> "writing " + attribute + " needs root";
            case Errno.ENOENT ->
                driver == null
                        ? "no driver is bound to " + physical + ": bind its own driver, or vfio-pci"
                        : driver + needsParameter(driver);
            case Errno.ERANGE -> "the device can have " + total() + " virtual functions";
            case Errno.EBUSY ->
                to == 0
                        ? "the driver keeps its virtual functions: a virtual machine may have one"
                        : "somebody else has created virtual functions meanwhile, or there is no room: the bridge above has"
                                + " no bus numbers left, or no memory window for their BARs";
            case Errno.ENOMEM ->
                "no address space is left for the BARs of the virtual functions: enable SR-IOV in the firmware, or boot"
                        + " with pci=realloc";
            case Errno.EINVAL -> "the driver does not take this number";
            case Errno.ENOSYS, Errno.ENODEV -> "the kernel was built without CONFIG_PCI_IOV, or the device is leaving";
            case Errno.ETIMEDOUT ->
                "the kernel has not finished yet, and goes on: does somebody have one of them open?";
            default -> "";
        };
    }

    private String needsParameter(String driver) {
        return driver.equals("vfio-pci") && "N".equals(sysfs.read(sysfs.path(ENABLE_SRIOV)))
                ? " creates no virtual functions unless its module parameter says so: echo 1 > /sys/" + ENABLE_SRIOV
                : " cannot create virtual functions";
    }
}
