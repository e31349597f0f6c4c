// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_device_feature_zpci_err} of {@code include/uapi/linux/vfio.h}, since Linux 7.3: asks for the
 * last error record of a zPCI function.
 *
 * <p>Threads: immutable.
 *
 * @param data the address of a buffer of {@code ccdf_err_length} bytes, which {@link VfioDeviceInfoCapZpciBase} tells
 */
public record VfioDeviceFeatureZpciErr(long data) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_device_feature_zpci_err", u64("data"));

    private static final VarHandle DATA = field(LAYOUT, "data");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceFeatureZpciErr read(MemorySegment segment) {
        return new VfioDeviceFeatureZpciErr((long) DATA.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        DATA.set(segment, data);
    }
}
