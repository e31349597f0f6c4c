// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

/**
 * The commands of an iommufd ({@code include/uapi/linux/iommufd.h}); each has a record with its struct and {@link Ioctl}.
 *
 * <p>Threads: stateless.
 */
public final class IommufdCommand {
    /** The type character of all ioctls. */
    public static final int IOMMUFD_TYPE = ';';

    /** The first command. */
    public static final int IOMMUFD_CMD_BASE = 0x80;

    /** Of {@link IommuDestroy}. */
    public static final int IOMMUFD_CMD_DESTROY = 0x80;

    /** Of {@link IommuIoasAlloc}. */
    public static final int IOMMUFD_CMD_IOAS_ALLOC = 0x81;

    /** Of {@link IommuIoasAllowIovas}. */
    public static final int IOMMUFD_CMD_IOAS_ALLOW_IOVAS = 0x82;

    /** Of {@link IommuIoasCopy}. */
    public static final int IOMMUFD_CMD_IOAS_COPY = 0x83;

    /** Of {@link IommuIoasIovaRanges}. */
    public static final int IOMMUFD_CMD_IOAS_IOVA_RANGES = 0x84;

    /** Of {@link IommuIoasMap}. */
    public static final int IOMMUFD_CMD_IOAS_MAP = 0x85;

    /** Of {@link IommuIoasUnmap}. */
    public static final int IOMMUFD_CMD_IOAS_UNMAP = 0x86;

    /** Of {@link IommuOption}. */
    public static final int IOMMUFD_CMD_OPTION = 0x87;

    /** Of {@link IommuVfioIoas}. */
    public static final int IOMMUFD_CMD_VFIO_IOAS = 0x88;

    /** Of {@link IommuHwptAlloc}. */
    public static final int IOMMUFD_CMD_HWPT_ALLOC = 0x89;

    /** Of {@link IommuHwInfo}. */
    public static final int IOMMUFD_CMD_GET_HW_INFO = 0x8a;

    /** Of {@link IommuHwptSetDirtyTracking}. */
    public static final int IOMMUFD_CMD_HWPT_SET_DIRTY_TRACKING = 0x8b;

    /** Of {@link IommuHwptGetDirtyBitmap}. */
    public static final int IOMMUFD_CMD_HWPT_GET_DIRTY_BITMAP = 0x8c;

    /** Of {@link IommuHwptInvalidate}. */
    public static final int IOMMUFD_CMD_HWPT_INVALIDATE = 0x8d;

    /** Of {@link IommuFaultAlloc}. */
    public static final int IOMMUFD_CMD_FAULT_QUEUE_ALLOC = 0x8e;

    /** Of {@link IommuIoasMapFile}. */
    public static final int IOMMUFD_CMD_IOAS_MAP_FILE = 0x8f;

    /** Of {@link IommuViommuAlloc}. */
    public static final int IOMMUFD_CMD_VIOMMU_ALLOC = 0x90;

    /** Of {@link IommuVdeviceAlloc}. */
    public static final int IOMMUFD_CMD_VDEVICE_ALLOC = 0x91;

    /** Of {@link IommuIoasChangeProcess}. */
    public static final int IOMMUFD_CMD_IOAS_CHANGE_PROCESS = 0x92;

    /** Of {@link IommuVeventqAlloc}. */
    public static final int IOMMUFD_CMD_VEVENTQ_ALLOC = 0x93;

    /** Of {@link IommuHwQueueAlloc}. */
    public static final int IOMMUFD_CMD_HW_QUEUE_ALLOC = 0x94;

    /** Of {@link IommuIoasNoiommuGetPa}. */
    public static final int IOMMUFD_CMD_IOAS_NOIOMMU_GET_PA = 0x95;

    private IommufdCommand() {}
}
