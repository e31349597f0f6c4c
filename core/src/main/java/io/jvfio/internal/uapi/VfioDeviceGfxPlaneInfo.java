// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.union;

import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_device_gfx_plane_info} of {@code include/uapi/linux/vfio.h}, since Linux 4.16: what a graphics
 * device shows, and where it is.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_GFX_PLANE_TYPE_}
 * @param drmPlaneType {@code DRM_PLANE_TYPE_}
 * @param drmFormat the pixel format, a fourcc; 0 if nothing is shown
 * @param drmFormatMod tiling
 * @param width in pixels
 * @param height in pixels
 * @param stride from line to line, in bytes
 * @param size of the plane, in bytes
 * @param xPos where a cursor is, in pixels
 * @param yPos where a cursor is, in pixels
 * @param xHot the hot spot in a cursor, in pixels; 0xffffffff if unknown
 * @param yHot the hot spot in a cursor, in pixels; 0xffffffff if unknown
 * @param location region index or dma-buf id, as the flags say
 */
public record VfioDeviceGfxPlaneInfo(
        int flags,
        int drmPlaneType,
        int drmFormat,
        long drmFormatMod,
        int width,
        int height,
        int stride,
        int size,
        int xPos,
        int yPos,
        int xHot,
        int yHot,
        int location) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_gfx_plane_info",
            u32("argsz"),
            u32("flags"),
            u32("drm_plane_type"),
            u32("drm_format"),
            u64("drm_format_mod"),
            u32("width"),
            u32("height"),
            u32("stride"),
            u32("size"),
            u32("x_pos"),
            u32("y_pos"),
            u32("x_hot"),
            u32("y_hot"),
            union(u32("region_index"), u32("dmabuf_id")),
            u32("reserved"));

    /** Asks a device; in: flags, plane type; out: the rest. */
    public static final Ioctl VFIO_DEVICE_QUERY_GFX_PLANE = Ioctl.vfio("VFIO_DEVICE_QUERY_GFX_PLANE", 14);

    /** Asks only whether that kind of plane is supported. */
    public static final int VFIO_GFX_PLANE_TYPE_PROBE = 1 << 0;

    /** The plane is a dma-buf. */
    public static final int VFIO_GFX_PLANE_TYPE_DMABUF = 1 << 1;

    /** The plane is a region of the device. */
    public static final int VFIO_GFX_PLANE_TYPE_REGION = 1 << 2;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle DRM_PLANE_TYPE = field(LAYOUT, "drm_plane_type");
    private static final VarHandle DRM_FORMAT = field(LAYOUT, "drm_format");
    private static final VarHandle DRM_FORMAT_MOD = field(LAYOUT, "drm_format_mod");
    private static final VarHandle WIDTH = field(LAYOUT, "width");
    private static final VarHandle HEIGHT = field(LAYOUT, "height");
    private static final VarHandle STRIDE = field(LAYOUT, "stride");
    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle X_POS = field(LAYOUT, "x_pos");
    private static final VarHandle Y_POS = field(LAYOUT, "y_pos");
    private static final VarHandle X_HOT = field(LAYOUT, "x_hot");
    private static final VarHandle Y_HOT = field(LAYOUT, "y_hot");
    private static final VarHandle DMABUF_ID = field(LAYOUT, "dmabuf_id");

    /** Returns what to send. */
    public static VfioDeviceGfxPlaneInfo request(int flags, int drmPlaneType) {
        return new VfioDeviceGfxPlaneInfo(flags, drmPlaneType, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceGfxPlaneInfo read(MemorySegment segment) {
        return new VfioDeviceGfxPlaneInfo(
                (int) FLAGS.get(segment),
                (int) DRM_PLANE_TYPE.get(segment),
                (int) DRM_FORMAT.get(segment),
                (long) DRM_FORMAT_MOD.get(segment),
                (int) WIDTH.get(segment),
                (int) HEIGHT.get(segment),
                (int) STRIDE.get(segment),
                (int) SIZE.get(segment),
                (int) X_POS.get(segment),
                (int) Y_POS.get(segment),
                (int) X_HOT.get(segment),
                (int) Y_HOT.get(segment),
                (int) DMABUF_ID.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        DRM_PLANE_TYPE.set(segment, drmPlaneType);
        DRM_FORMAT.set(segment, drmFormat);
        DRM_FORMAT_MOD.set(segment, drmFormatMod);
        WIDTH.set(segment, width);
        HEIGHT.set(segment, height);
        STRIDE.set(segment, stride);
        SIZE.set(segment, size);
        X_POS.set(segment, xPos);
        Y_POS.set(segment, yPos);
        X_HOT.set(segment, xHot);
        Y_HOT.set(segment, yHot);
        DMABUF_ID.set(segment, location);
    }

    /**
     * Returns the region that has the pixels.
     *
     * @throws IllegalStateException unless the flags say {@link #VFIO_GFX_PLANE_TYPE_REGION}
     */
    public int regionIndex() {
        return locationAs(VFIO_GFX_PLANE_TYPE_REGION);
    }

    /**
     * Returns the id by which {@code VFIO_DEVICE_GET_GFX_DMABUF} makes a descriptor.
     *
     * @throws IllegalStateException unless the flags say {@link #VFIO_GFX_PLANE_TYPE_DMABUF}
     */
    public int dmabufId() {
        return locationAs(VFIO_GFX_PLANE_TYPE_DMABUF);
    }

    private int locationAs(int type) {
        if ((flags & (VFIO_GFX_PLANE_TYPE_DMABUF | VFIO_GFX_PLANE_TYPE_REGION)) != type) {
            throw new IllegalStateException("plane flags " + Hex.of(flags) + " do not say " + Hex.of(type));
        }
        return location;
    }
}
