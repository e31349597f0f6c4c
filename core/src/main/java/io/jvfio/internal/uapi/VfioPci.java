// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

/**
 * How the regions and interrupts of a PCI device are numbered ({@code include/uapi/linux/vfio.h}).
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

    private VfioPci() {}
}
