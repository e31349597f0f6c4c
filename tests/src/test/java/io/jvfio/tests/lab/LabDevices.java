// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import java.util.UUID;

/**
 * Where the guest lab's devices are; the facts of each machine in {@code guest/machines} say so too. Functions that not
 * every machine has at the same address are read from there.
 */
public final class LabDevices {

    /** QEMU's teaching device: registers, factorial, DMA within 28 bits, INTx and MSI. */
    public static final String EDU = "0000:00:04.0";

    public static final String PCI_TESTDEV = "0000:00:05.0";
    public static final String NVME = LabFacts.address("nvme");
    public static final String E1000E = LabFacts.address("e1000e");

    /** With FLR, MSI-X and virtual functions; a cable leads to {@link #E1000E}. */
    public static final String IGB = "0000:01:00.0";

    /** The bridge above {@link #IGB}; it keeps the kernel's driver. */
    public static final String ROOT_PORT = "0000:00:08.0";

    /** The first two virtual functions of {@link #IGB}, once {@code sriov_numvfs} asks for them; vfio-pci takes them. */
    public static final String IGB_FIRST_VF = "0000:01:10.0";

    public static final String IGB_SECOND_VF = "0000:01:10.2";

    /** An e1000e that QEMU's monitor knows as {@link #HOT_PLUGGABLE_ID}. */
    public static final String HOT_PLUGGABLE = LabFacts.address("hot");

    public static final String HOT_PLUGGABLE_ID = "hot";

    /** One group of four: this bridge, {@link #GROUPED_EDU}, {@link #GROUPED_TESTDEV} and {@link #GROUPED_RNG}. */
    public static final String GROUP_BRIDGE = "0000:00:0a.0";

    public static final String GROUPED_EDU = "0000:03:01.0";
    public static final String GROUPED_TESTDEV = "0000:03:02.0";

    /** Its own driver, {@code virtio-pci}, is in the kernel; vfio-pci has it. */
    public static final String GROUPED_RNG = "0000:03:03.0";

    public static final String VIRTIO_NET = LabFacts.address("virtio-net");

    /** An e1000e that no IOMMU watches. */
    public static final String NO_IOMMU = "0000:41:00.0";

    public static final UUID MTTY = UUID.fromString("6a766600-0000-4000-8000-000000000001");
    public static final UUID MDPY = UUID.fromString("6a766600-0000-4000-8000-000000000002");
    public static final UUID MBOCHS = UUID.fromString("6a766600-0000-4000-8000-000000000003");

    private LabDevices() {}

    /** The address of a function by what it is for, as the machine's facts call it. */
    public static String named(String function) {
        return LabFacts.address(function);
    }
}
