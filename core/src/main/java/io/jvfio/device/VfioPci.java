// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

/**
 * The words of {@code include/uapi/linux/vfio.h} that stand in the facts of a device: how the regions and interrupts of a
 * PCI device are numbered, what the flags of a device, a region, an interrupt index and a change to it mean, and the ids of the
 * capabilities behind them.
 *
 * <p>Threads: stateless.
 */
public final class VfioPci {
    /** The region of BAR 0. */
    public static final int VFIO_PCI_BAR0_REGION_INDEX = 0;

    /** The region of BAR 1; of size 0 if BAR 0 has 64 bits. */
    public static final int VFIO_PCI_BAR1_REGION_INDEX = 1;

    /** The region of BAR 2. */
    public static final int VFIO_PCI_BAR2_REGION_INDEX = 2;

    /** The region of BAR 3; of size 0 if BAR 2 has 64 bits. */
    public static final int VFIO_PCI_BAR3_REGION_INDEX = 3;

    /** The region of BAR 4. */
    public static final int VFIO_PCI_BAR4_REGION_INDEX = 4;

    /** The region of BAR 5; of size 0 if BAR 4 has 64 bits. */
    public static final int VFIO_PCI_BAR5_REGION_INDEX = 5;

    /** The region of the expansion ROM. */
    public static final int VFIO_PCI_ROM_REGION_INDEX = 6;

    /** The region of the config space, as the kernel presents it. */
    public static final int VFIO_PCI_CONFIG_REGION_INDEX = 7;

    /** The region of the legacy VGA ranges. */
    public static final int VFIO_PCI_VGA_REGION_INDEX = 8;

    /** How many regions have a fixed index; others follow and say what they are by a type capability. */
    public static final int VFIO_PCI_NUM_REGIONS = 9;

    /** INTx. */
    public static final int VFIO_PCI_INTX_IRQ_INDEX = 0;

    /** MSI. */
    public static final int VFIO_PCI_MSI_IRQ_INDEX = 1;

    /** MSI-X. */
    public static final int VFIO_PCI_MSIX_IRQ_INDEX = 2;

    /** One vector: the kernel reports an uncorrected error of the device. */
    public static final int VFIO_PCI_ERR_IRQ_INDEX = 3;

    /** One vector: the kernel asks that the device be closed. */
    public static final int VFIO_PCI_REQ_IRQ_INDEX = 4;

    /** How many interrupt indexes there are. */
    public static final int VFIO_PCI_NUM_IRQS = 5;

    /** {@code VFIO_DEVICE_RESET} works. */
    public static final int VFIO_DEVICE_FLAGS_RESET = 1 << 0;

    /** A PCI device. */
    public static final int VFIO_DEVICE_FLAGS_PCI = 1 << 1;

    /** A platform device. */
    public static final int VFIO_DEVICE_FLAGS_PLATFORM = 1 << 2;

    /** An AMBA device. */
    public static final int VFIO_DEVICE_FLAGS_AMBA = 1 << 3;

    /** A channel I/O subchannel. */
    public static final int VFIO_DEVICE_FLAGS_CCW = 1 << 4;

    /** A cryptographic adjunct processor. */
    public static final int VFIO_DEVICE_FLAGS_AP = 1 << 5;

    /** A device of an NXP management complex. */
    public static final int VFIO_DEVICE_FLAGS_FSL_MC = 1 << 6;

    /** There may be capabilities. */
    public static final int VFIO_DEVICE_FLAGS_CAPS = 1 << 7;

    /** A device of an AMD CDX bus. */
    public static final int VFIO_DEVICE_FLAGS_CDX = 1 << 8;

    /** Id of {@code struct vfio_device_info_cap_zpci_base}. */
    public static final int VFIO_DEVICE_INFO_CAP_ZPCI_BASE = 1;

    /** Id of {@code struct vfio_device_info_cap_zpci_group}. */
    public static final int VFIO_DEVICE_INFO_CAP_ZPCI_GROUP = 2;

    /** Id of {@code struct vfio_device_info_cap_zpci_util}. */
    public static final int VFIO_DEVICE_INFO_CAP_ZPCI_UTIL = 3;

    /** Id of {@code struct vfio_device_info_cap_zpci_pfip}. */
    public static final int VFIO_DEVICE_INFO_CAP_ZPCI_PFIP = 4;

    /** Id of {@code struct vfio_device_info_cap_pci_atomic_comp}. */
    public static final int VFIO_DEVICE_INFO_CAP_PCI_ATOMIC_COMP = 5;

    /** The region can be read. */
    public static final int VFIO_REGION_INFO_FLAG_READ = 1 << 0;

    /** The region can be written. */
    public static final int VFIO_REGION_INFO_FLAG_WRITE = 1 << 1;

    /** The region, or the areas of its sparse capability, can be mapped. */
    public static final int VFIO_REGION_INFO_FLAG_MMAP = 1 << 2;

    /** There may be capabilities. */
    public static final int VFIO_REGION_INFO_FLAG_CAPS = 1 << 3;

    /** Id of {@code struct vfio_region_info_cap_sparse_mmap}. */
    public static final int VFIO_REGION_INFO_CAP_SPARSE_MMAP = 1;

    /** Id of {@code struct vfio_region_info_cap_type}. */
    public static final int VFIO_REGION_INFO_CAP_TYPE = 2;

    /** Id of a header without more: the area with the MSI-X table can be mapped, too. */
    public static final int VFIO_REGION_INFO_CAP_MSIX_MAPPABLE = 3;

    /** Id of {@code struct vfio_region_info_cap_nvlink2_ssatgt}: 8 bytes behind the header, the address on the link. */
    public static final int VFIO_REGION_INFO_CAP_NVLINK2_SSATGT = 4;

    /** Id of {@code struct vfio_region_info_cap_nvlink2_lnkspd}: 4 bytes behind the header, the speed of the link. */
    public static final int VFIO_REGION_INFO_CAP_NVLINK2_LNKSPD = 5;

    /** Vectors signal eventfds. */
    public static final int VFIO_IRQ_INFO_EVENTFD = 1 << 0;

    /** Vectors can be masked and unmasked. */
    public static final int VFIO_IRQ_INFO_MASKABLE = 1 << 1;

    /** A vector masks itself when it fires. */
    public static final int VFIO_IRQ_INFO_AUTOMASKED = 1 << 2;

    /** The number of vectors in use changes only by disabling all of them first. */
    public static final int VFIO_IRQ_INFO_NORESIZE = 1 << 3;

    /** No data: the action is for each vector of the range. */
    public static final int VFIO_IRQ_SET_DATA_NONE = 1 << 0;

    /** A byte for each vector: whether the action is for it. */
    public static final int VFIO_IRQ_SET_DATA_BOOL = 1 << 1;

    /** An eventfd for each vector, -1 for none. */
    public static final int VFIO_IRQ_SET_DATA_EVENTFD = 1 << 2;

    /** Mask, or have an eventfd that masks. */
    public static final int VFIO_IRQ_SET_ACTION_MASK = 1 << 3;

    /** Unmask, or have an eventfd that unmasks. */
    public static final int VFIO_IRQ_SET_ACTION_UNMASK = 1 << 4;

    /** Fire as if the device had, or have an eventfd that the device fires. */
    public static final int VFIO_IRQ_SET_ACTION_TRIGGER = 1 << 5;

    /** All kinds of data. */
    public static final int VFIO_IRQ_SET_DATA_TYPE_MASK =
            VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_DATA_EVENTFD;

    /** All actions. */
    public static final int VFIO_IRQ_SET_ACTION_TYPE_MASK =
            VFIO_IRQ_SET_ACTION_MASK | VFIO_IRQ_SET_ACTION_UNMASK | VFIO_IRQ_SET_ACTION_TRIGGER;

    private VfioPci() {}
}
