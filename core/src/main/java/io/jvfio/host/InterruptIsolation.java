// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.host.HostIommu.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a device can raise only the interrupts that are meant for it. VFIO asks for it
 * ({@code iommu_group_has_isolated_msi}), unless the parameter {@code allow_unsafe_interrupts} of the module says that it
 * can do without. The kernel tells its answer to nobody, so it is inferred from what everybody may read.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param state the answer
 * @param evidence how it is known, for people; empty if it is not
 * @param unsafe the modules that are told to do without
 * @param strict the modules that are there and are not
 */
record InterruptIsolation(State state, String evidence, List<String> unsafe, List<String> strict) {
    private static final List<String> MODULES = List.of("vfio_iommu_type1", "iommufd");

    /** {@code IR} of the extended capability register (VT-d, 11.4.3). */
    private static final int REMAPPING_BIT = 3;

    /** The answers. */
    enum State {
        ISOLATED,
        OPEN,
        UNKNOWN
    }

    /** Asks a host with these IOMMUs. */
    static InterruptIsolation read(Sysfs sysfs, HostRoots roots, List<HostIommu> iommus) {
        List<String> unsafe = MODULES.stream()
                .filter(module -> "Y".equals(sysfs.read(parameter(sysfs, module))))
                .toList();
        List<String> strict = MODULES.stream()
                .filter(module -> "N".equals(sysfs.read(parameter(sysfs, module))))
                .toList();
        if (has(iommus, Kind.S390)) {
            return new InterruptIsolation(State.ISOLATED, "an adapter's interrupts are its own", unsafe, strict);
        }
        List<String> chips = chips(roots.proc().resolve("interrupts"));
        for (String chip : chips) {
            if (chip.startsWith("IR-")) {
                return new InterruptIsolation(State.ISOLATED, "the IOMMU remaps interrupts", unsafe, strict);
            }
            if (chip.startsWith("ITS-")) {
                return new InterruptIsolation(State.ISOLATED, "the GIC's ITS translates interrupts", unsafe, strict);
            }
        }
        boolean x86 = has(iommus, Kind.INTEL) || has(iommus, Kind.AMD);
        if (x86 && !chips.isEmpty()) {
            String why = incapable(sysfs, iommus)
                    ? "the IOMMU cannot remap interrupts"
                    : "the IOMMU does not remap interrupts";
            return new InterruptIsolation(State.OPEN, why, unsafe, strict);
        }
        return new InterruptIsolation(State.UNKNOWN, "", unsafe, strict);
    }

    private static Path parameter(Sysfs sysfs, String module) {
        return sysfs.path("module/" + module + "/parameters/allow_unsafe_interrupts");
    }

    private static boolean has(List<HostIommu> iommus, Kind kind) {
        return iommus.stream().anyMatch(iommu -> iommu.kind() == kind);
    }

    /** One unit that cannot is enough: then the kernel leaves it off in all. */
    private static boolean incapable(Sysfs sysfs, List<HostIommu> iommus) {
        return iommus.stream()
                .filter(iommu -> iommu.kind() == Kind.INTEL)
                .map(iommu -> sysfs.read(sysfs.path("class/iommu/" + iommu.name() + "/intel-iommu/ecap")))
                .anyMatch(ecap -> ecap != null && (Numbers.hexLong(ecap, -1) >>> REMAPPING_BIT & 1) == 0);
    }

    /**
     * The names of interrupt chips that tell: with remapping, x86 has {@code IR-} before {@code IO-APIC} and
     * {@code PCI-MSI}.
     */
    private static List<String> chips(Path interrupts) {
        try (Stream<String> lines = Files.lines(interrupts, StandardCharsets.ISO_8859_1)) {
            return lines.flatMap(line -> Stream.of(line.split("\\s+", -1)))
                    .filter(word -> word.startsWith("IR-IO-APIC")
                            || word.startsWith("IR-PCI-MSI")
                            || word.startsWith("ITS-")
                            || word.startsWith("IO-APIC")
                            || word.startsWith("PCI-MSI"))
                    .distinct()
                    .toList();
        } catch (IOException | UncheckedIOException unreadable) {
            return List.of();
        }
    }

    /** The command that sets the parameter of modules. */
    static String command(List<String> modules, boolean allow) {
        return modules.stream()
                .map(module -> "echo " + (allow ? "Y" : "N") + " > /sys/module/" + module
                        + "/parameters/allow_unsafe_interrupts")
                .collect(Collectors.joining("; "));
    }
}
