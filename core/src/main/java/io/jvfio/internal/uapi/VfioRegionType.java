// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

/**
 * Types and subtypes of the regions behind the fixed indexes, as {@link VfioRegionInfoCapType} has them
 * ({@code include/uapi/linux/vfio.h}).
 *
 * <p>Threads: stateless.
 */
public final class VfioRegionType {
    /** Set in the type of a region whose meaning the vendor defines. */
    public static final int VFIO_REGION_TYPE_PCI_VENDOR_TYPE = 1 << 31;

    /** The bits of such a type that have the PCI vendor id. */
    public static final int VFIO_REGION_TYPE_PCI_VENDOR_MASK = 0xffff;

    /** A region of a virtual graphics device. */
    public static final int VFIO_REGION_TYPE_GFX = 1;

    /** Vendor 0x8086: the OpRegion of Intel graphics, with the video BIOS table. */
    public static final int VFIO_REGION_SUBTYPE_INTEL_IGD_OPREGION = 1;

    /** Vendor 0x8086: the config space of the host bridge. */
    public static final int VFIO_REGION_SUBTYPE_INTEL_IGD_HOST_CFG = 2;

    /** Vendor 0x8086: the config space of the LPC bridge. */
    public static final int VFIO_REGION_SUBTYPE_INTEL_IGD_LPC_CFG = 3;

    /** Vendor 0x10de: the memory of a graphics device on NVLink2. */
    public static final int VFIO_REGION_SUBTYPE_NVIDIA_NVLINK2_RAM = 1;

    /** Vendor 0x1014: where the address translation of NVLink2 is shot down. */
    public static final int VFIO_REGION_SUBTYPE_IBM_NVLINK2_ATSD = 1;

    /** Graphics: starts with {@link VfioRegionGfxEdid}. */
    public static final int VFIO_REGION_SUBTYPE_GFX_EDID = 1;

    private VfioRegionType() {}
}
