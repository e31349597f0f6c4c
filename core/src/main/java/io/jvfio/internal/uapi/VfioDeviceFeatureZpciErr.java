// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_device_feature_zpci_err} of {@code include/uapi/linux/vfio.h}, since Linux 7.3: asks for the
 * last error record of a zPCI function.
 *
 * <p>Threads: immutable.
 *
 * @param data the address of a buffer of {@code ccdf_err_length} bytes, which {@link VfioDeviceInfoCapZpciBase} tells
 */
public record VfioDeviceFeatureZpciErr(long data) {
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureZpciErr> STRUCT =
            Struct.of(VfioDeviceFeatureZpciErr.class, u64("data"));
}
