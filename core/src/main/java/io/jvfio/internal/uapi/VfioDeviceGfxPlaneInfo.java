// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.union;

import io.jvfio.Hex;

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
    /** The C struct. */
    public static final Struct<VfioDeviceGfxPlaneInfo> STRUCT = Struct.of(
            VfioDeviceGfxPlaneInfo.class,
            u32("argsz", "flags", "drm_plane_type", "drm_format"),
            u64("drm_format_mod"),
            u32("width", "height", "stride", "size", "x_pos", "y_pos", "x_hot", "y_hot"),
            union("location", u32("region_index", "dmabuf_id")),
            u32("reserved"));

    /** Asks a device; in: flags, plane type; out: the rest. */
    public static final Ioctl VFIO_DEVICE_QUERY_GFX_PLANE = Ioctl.vfio("VFIO_DEVICE_QUERY_GFX_PLANE", 14);

    /** Asks only whether that kind of plane is supported. */
    public static final int VFIO_GFX_PLANE_TYPE_PROBE = 1 << 0;

    /** The plane is a dma-buf. */
    public static final int VFIO_GFX_PLANE_TYPE_DMABUF = 1 << 1;

    /** The plane is a region of the device. */
    public static final int VFIO_GFX_PLANE_TYPE_REGION = 1 << 2;

    /** Returns what to send. */
    public static VfioDeviceGfxPlaneInfo request(int flags, int drmPlaneType) {
        return new VfioDeviceGfxPlaneInfo(flags, drmPlaneType, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
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
