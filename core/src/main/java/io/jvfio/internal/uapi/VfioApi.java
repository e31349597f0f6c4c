// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

/**
 * What {@code include/uapi/linux/vfio.h} has apart from structs: the version, the kinds of IOMMU and extensions of a
 * container, and the ioctls that take a number or nothing.
 *
 * <p>Threads: stateless.
 */
public final class VfioApi {
    /** The version that {@link #VFIO_GET_API_VERSION} must return. */
    public static final int VFIO_API_VERSION = 0;

    /** The type character of all ioctls. */
    public static final int VFIO_TYPE = ';';

    /** The command of the first ioctl. */
    public static final int VFIO_BASE = 100;

    /** Extension and IOMMU of a container: unmapping may cut a mapping in two. */
    public static final int VFIO_TYPE1_IOMMU = 1;

    /** Extension and IOMMU of a container: mappings are unmapped whole; since Linux 3.16. */
    public static final int VFIO_TYPE1v2_IOMMU = 3;

    /** Extension of a container: DMA is coherent with the processors' caches whatever the device asks for. */
    public static final int VFIO_DMA_CC_IOMMU = 4;

    /** Extension and IOMMU of a container: there is none, devices reach all memory; since Linux 4.5. */
    public static final int VFIO_NOIOMMU_IOMMU = 8;

    /** Extension of a container: {@link VfioIommuType1DmaUnmap#VFIO_DMA_UNMAP_FLAG_ALL}. */
    public static final int VFIO_UNMAP_ALL = 9;

    /** Extension of a container: {@link VfioIommuType1DmaMap#VFIO_DMA_MAP_FLAG_VADDR} and its counterpart. */
    public static final int VFIO_UPDATE_VADDR = 10;

    /** Container: returns {@link #VFIO_API_VERSION}. */
    public static final Ioctl VFIO_GET_API_VERSION = Ioctl.vfio("VFIO_GET_API_VERSION", 0);

    /** Container: by value, an extension; returns 0 if it is not there. */
    public static final Ioctl VFIO_CHECK_EXTENSION = Ioctl.vfio("VFIO_CHECK_EXTENSION", 1);

    /** Container: by value, the kind of IOMMU; only after a group has been added. */
    public static final Ioctl VFIO_SET_IOMMU = Ioctl.vfio("VFIO_SET_IOMMU", 2);

    /** Group: by address, the descriptor of the container or iommufd to join. */
    public static final Ioctl VFIO_GROUP_SET_CONTAINER = Ioctl.vfio("VFIO_GROUP_SET_CONTAINER", 4);

    /** Group: leaves its container. */
    public static final Ioctl VFIO_GROUP_UNSET_CONTAINER = Ioctl.vfio("VFIO_GROUP_UNSET_CONTAINER", 5);

    /** Group: by address, the device's name as a string; returns a descriptor. */
    public static final Ioctl VFIO_GROUP_GET_DEVICE_FD = Ioctl.vfio("VFIO_GROUP_GET_DEVICE_FD", 6);

    /** Device: resets it. */
    public static final Ioctl VFIO_DEVICE_RESET = Ioctl.vfio("VFIO_DEVICE_RESET", 11);

    /** Device: by address, the id that a plane has; returns a dma-buf's descriptor. */
    public static final Ioctl VFIO_DEVICE_GET_GFX_DMABUF = Ioctl.vfio("VFIO_DEVICE_GET_GFX_DMABUF", 15);

    private VfioApi() {}
}
