// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_device_feature_bus_master} of {@code include/uapi/linux/vfio.h}, since Linux 6.7: turns bus
 * mastering on or off where there is no PCI command register.
 *
 * <p>Threads: immutable.
 *
 * @param op {@link #VFIO_DEVICE_FEATURE_SET_MASTER} or {@link #VFIO_DEVICE_FEATURE_CLEAR_MASTER}
 */
public record VfioDeviceFeatureBusMaster(int op) {
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureBusMaster> STRUCT =
            Struct.of(VfioDeviceFeatureBusMaster.class, u32("op"));

    /** The device may not start DMA. */
    public static final int VFIO_DEVICE_FEATURE_CLEAR_MASTER = 0;

    /** The device may start DMA. */
    public static final int VFIO_DEVICE_FEATURE_SET_MASTER = 1;
}
