// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_region_gfx_edid",
            u32("edid_offset"),
            u32("edid_max_size"),
            u32("edid_size"),
            u32("max_xres"),
            u32("max_yres"),
            u32("link_state"));

    /** The monitor is on. */
    public static final int VFIO_DEVICE_GFX_LINK_STATE_UP = 1;

    /** The monitor is off. */
    public static final int VFIO_DEVICE_GFX_LINK_STATE_DOWN = 2;

    private static final VarHandle EDID_OFFSET = field(LAYOUT, "edid_offset");
    private static final VarHandle EDID_MAX_SIZE = field(LAYOUT, "edid_max_size");
    private static final VarHandle EDID_SIZE = field(LAYOUT, "edid_size");
    private static final VarHandle MAX_XRES = field(LAYOUT, "max_xres");
    private static final VarHandle MAX_YRES = field(LAYOUT, "max_yres");
    private static final VarHandle LINK_STATE = field(LAYOUT, "link_state");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioRegionGfxEdid read(MemorySegment segment) {
        return new VfioRegionGfxEdid(
                (int) EDID_OFFSET.get(segment),
                (int) EDID_MAX_SIZE.get(segment),
                (int) EDID_SIZE.get(segment),
                (int) MAX_XRES.get(segment),
                (int) MAX_YRES.get(segment),
                (int) LINK_STATE.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        EDID_OFFSET.set(segment, edidOffset);
        EDID_MAX_SIZE.set(segment, edidMaxSize);
        EDID_SIZE.set(segment, edidSize);
        MAX_XRES.set(segment, maxXres);
        MAX_YRES.set(segment, maxYres);
        LINK_STATE.set(segment, linkState);
    }
}
