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
 * {@code struct vfio_device_feature_bus_master} of {@code include/uapi/linux/vfio.h}, since Linux 6.7: turns bus
 * mastering on or off where there is no PCI command register.
 *
 * <p>Threads: immutable.
 *
 * @param op {@link #VFIO_DEVICE_FEATURE_SET_MASTER} or {@link #VFIO_DEVICE_FEATURE_CLEAR_MASTER}
 */
public record VfioDeviceFeatureBusMaster(int op) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_device_feature_bus_master", u32("op"));

    /** The device may not start DMA. */
    public static final int VFIO_DEVICE_FEATURE_CLEAR_MASTER = 0;

    /** The device may start DMA. */
    public static final int VFIO_DEVICE_FEATURE_SET_MASTER = 1;

    private static final VarHandle OP = field(LAYOUT, "op");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceFeatureBusMaster read(MemorySegment segment) {
        return new VfioDeviceFeatureBusMaster((int) OP.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        OP.set(segment, op);
    }
}
