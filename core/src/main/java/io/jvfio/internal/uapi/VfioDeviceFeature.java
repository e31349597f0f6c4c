// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * {@code struct vfio_device_feature} of {@code include/uapi/linux/vfio.h}, since Linux 5.7: asks for, sets or looks
 * for an optional feature of a device.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_FEATURE_}: an index in bits 15 to 0, GET, SET, PROBE
 */
public record VfioDeviceFeature(int flags) {
    /** The C struct. */
    public static final Struct<VfioDeviceFeature> STRUCT =
            Struct.of(VfioDeviceFeature.class, u32("argsz", "flags"), flexible("data", JAVA_BYTE));

    /** Asks for or sets a feature; the payload is in, out or both. */
    public static final Ioctl VFIO_DEVICE_FEATURE = Ioctl.vfio("VFIO_DEVICE_FEATURE", 17);

    /** The bits of the index. */
    public static final int VFIO_DEVICE_FEATURE_MASK = 0xffff;

    /** Asks for the feature. */
    public static final int VFIO_DEVICE_FEATURE_GET = 1 << 16;

    /** Sets the feature. */
    public static final int VFIO_DEVICE_FEATURE_SET = 1 << 17;

    /** Only looks whether GET or SET, or both, would be understood; no payload. */
    public static final int VFIO_DEVICE_FEATURE_PROBE = 1 << 18;

    /** SET, payload {@link VfToken}. */
    public static final int VFIO_DEVICE_FEATURE_PCI_VF_TOKEN = 0;

    /** GET, payload {@link VfioDeviceFeatureMigration}. */
    public static final int VFIO_DEVICE_FEATURE_MIGRATION = 1;

    /** GET and SET, payload {@link VfioDeviceFeatureMigState}. */
    public static final int VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE = 2;

    /** SET, no payload. */
    public static final int VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY = 3;

    /** SET, payload {@link VfioDeviceLowPowerEntryWithWakeup}. */
    public static final int VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP = 4;

    /** SET, no payload. */
    public static final int VFIO_DEVICE_FEATURE_LOW_POWER_EXIT = 5;

    /** SET, payload {@link VfioDeviceFeatureDmaLoggingControl}. */
    public static final int VFIO_DEVICE_FEATURE_DMA_LOGGING_START = 6;

    /** SET, no payload. */
    public static final int VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP = 7;

    /** GET, payload {@link VfioDeviceFeatureDmaLoggingReport}. */
    public static final int VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT = 8;

    /** GET, payload {@link VfioDeviceFeatureMigDataSize}. */
    public static final int VFIO_DEVICE_FEATURE_MIG_DATA_SIZE = 9;

    /** SET, payload {@link VfioDeviceFeatureBusMaster}. */
    public static final int VFIO_DEVICE_FEATURE_BUS_MASTER = 10;

    /** GET, payload {@link VfioDeviceFeatureDmaBuf}. */
    public static final int VFIO_DEVICE_FEATURE_DMA_BUF = 11;

    /** SET, no payload: has {@link VfioPrecopyInfo} report {@link VfioPrecopyInfo#VFIO_PRECOPY_INFO_REINIT}. */
    public static final int VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 = 12;

    /** GET, payload {@link VfioDeviceFeatureZpciErr}. */
    public static final int VFIO_DEVICE_FEATURE_ZPCI_ERROR = 13;

    /** The payload behind the fixed part. */
    public static final ArrayMember DATA = STRUCT.array("data");
}
