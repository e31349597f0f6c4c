// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What the running kernel has of VFIO, and what it could load.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param kernel the kernel's release, {@code 6.12.48+deb13-amd64} for example; empty if unknown
 * @param parts the parts, each once, in the order of {@link Part}
 * @param nodes the nodes that all devices share, {@code /dev/vfio/vfio} and {@code /dev/iommu}
 * @param devicesHaveNodes whether VFIO devices have nodes of their own (Linux 6.6, {@code CONFIG_VFIO_DEVICE_CDEV})
 * @param unsafeNoIommu whether the module parameter {@code enable_unsafe_noiommu_mode} is set
 */
public record VfioSupport(
        String kernel, List<PartState> parts, List<Node> nodes, boolean devicesHaveNodes, boolean unsafeNoIommu) {

    /** A part of the kernel. Threads: immutable. */
    public enum Part {
        /** Groups and containers. */
        VFIO("vfio", "CONFIG_VFIO", "class/misc/vfio"),
        /** The IOMMU driver of containers. */
        TYPE1("vfio_iommu_type1", "CONFIG_VFIO_IOMMU_TYPE1", "module/vfio_iommu_type1"),
        /** iommufd. */
        IOMMUFD("iommufd", "CONFIG_IOMMUFD", "class/misc/iommu"),
        /** The driver that offers PCI functions. */
        VFIO_PCI("vfio_pci", "CONFIG_VFIO_PCI", "bus/pci/drivers/vfio-pci");

        private final String module;
        private final String option;
        private final String sign;

        Part(String module, String option, String sign) {
            this.module = module;
            this.option = option;
            this.sign = sign;
        }

        /** The module's name, with underscores. */
        public String module() {
            return module;
        }

        /** The option of the kernel's configuration. */
        public String option() {
            return option;
        }

        /** Where sysfs shows that it is there, below its root; {@code module/} shows what is built in only if it has parameters. */
        String sign() {
            return sign;
        }
    }

    /** Whether a part is there. Threads: immutable. */
    public enum State {
        /** In the running kernel. */
        PRESENT,
        /** In a module that is not loaded. */
        LOADABLE,
        /** Neither. */
        ABSENT
    }

    /**
     * A part and its state.
     *
     * <p>Threads: immutable.
     */
    public record PartState(Part part, State state) {
        /** Refuses null. */
        public PartState {
            Objects.requireNonNull(part, "part");
            Objects.requireNonNull(state, "state");
        }
    }

    /**
     * A device node.
     *
     * <p>Threads: immutable.
     *
     * @param path where it is, or would be
     * @param exists whether it is there
     * @param openable whether this process may open it for reading and writing, by its permissions
     * @param owner its owner, group and mode, {@code root:vfio rw-rw----}; empty if it is not there
     */
    public record Node(Path path, boolean exists, boolean openable, String owner) {
        /** Refuses null. */
        public Node {
            Objects.requireNonNull(path, "path");
            Objects.requireNonNull(owner, "owner");
        }
    }

    /** Copies the lists. */
    public VfioSupport {
        Objects.requireNonNull(kernel, "kernel");
        parts = List.copyOf(parts);
        nodes = List.copyOf(nodes);
    }

    /** The state of a part. */
    public State state(Part part) {
        Objects.requireNonNull(part, "part");
        return parts.stream()
                .filter(known -> known.part() == part)
                .map(PartState::state)
                .findFirst()
                .orElse(State.ABSENT);
    }
}
