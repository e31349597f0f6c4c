// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_region_gfx_edid} of {@code include/uapi/linux/vfio.h}, since Linux 4.20: the first bytes of an
 * EDID region: through it the user tells a graphics device which monitor it has.
 *
 * <p>Threads: immutable.
 *
 * @param edidOffset where in the region the EDID blob goes, in bytes
 * @param edidMaxSize the largest blob, in bytes
 * @param edidSize the size of the blob, in bytes
 * @param maxXres the largest width, in pixels; 0 for no limit
 * @param maxYres the largest height, in pixels; 0 for no limit
 * @param linkState {@code VFIO_DEVICE_GFX_LINK_STATE_}
 */
public record VfioRegionGfxEdid(
        int edidOffset, int edidMaxSize, int edidSize, int maxXres, int maxYres, int linkState) {
    /** The C struct. */
    public static final Struct<VfioRegionGfxEdid> STRUCT = Struct.of(
            VfioRegionGfxEdid.class,
            u32("edid_offset", "edid_max_size", "edid_size", "max_xres", "max_yres", "link_state"));

    /** The monitor is on. */
    public static final int VFIO_DEVICE_GFX_LINK_STATE_UP = 1;

    /** The monitor is off. */
    public static final int VFIO_DEVICE_GFX_LINK_STATE_DOWN = 2;
}
