// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.util.List;
import java.util.Objects;

/**
 * An IOMMU that the kernel drives ({@code /sys/class/iommu}).
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param name the kernel's name for it, {@code dmar0} for example
 * @param kind which kind it is, by that name
 * @param devices what it translates for, by their names on their bus
 */
public record HostIommu(String name, Kind kind, List<String> devices) {

    /** The kinds of IOMMU. Threads: immutable. */
    public enum Kind {
        /** Intel VT-d. */
        INTEL("Intel VT-d", "dmar"),
        /** AMD-Vi. */
        AMD("AMD-Vi", "ivhd"),
        /** Arm SMMU, version 2 or 3. */
        ARM_SMMU("Arm SMMU", "smmu"),
        /** virtio-iommu, in a virtual machine. */
        VIRTIO("virtio-iommu", "virtio"),
        /** That of a zPCI function on IBM Z. */
        S390("IBM Z", "s390-iommu"),
        /** That of a PowerPC host bridge. */
        POWERPC("PowerPC", "iommu-phb"),
        /** RISC-V IOMMU. */
        RISCV("RISC-V", "riscv-iommu"),
        /** What this list does not have. */
        OTHER("other", "");

        private final String title;
        private final String prefix;

        Kind(String title, String prefix) {
            this.title = title;
            this.prefix = prefix;
        }

        /** What people call it. */
        public String title() {
            return title;
        }

        /** The kind of an IOMMU that the kernel calls so. */
        static Kind of(String name) {
            for (Kind kind : values()) {
                if (name.startsWith(kind.prefix)) {
                    return kind;
                }
            }
            return OTHER;
        }
    }

    /** Copies the list. */
    public HostIommu {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
        devices = List.copyOf(devices);
    }
}
