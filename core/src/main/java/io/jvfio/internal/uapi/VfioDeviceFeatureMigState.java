// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_device_feature_mig_state} of {@code include/uapi/linux/vfio.h}, since Linux 5.18: the migration
 * state: asked for, or set.
 *
 * <p>Threads: immutable.
 *
 * @param deviceState {@code VFIO_DEVICE_STATE_}
 * @param dataFd out: the descriptor of a data stream that the new state opened, else -1
 */
public record VfioDeviceFeatureMigState(int deviceState, int dataFd) {
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureMigState> STRUCT =
            Struct.of(VfioDeviceFeatureMigState.class, u32("device_state"), s32("data_fd"));

    /** The last transition failed; only a reset helps. */
    public static final int VFIO_DEVICE_STATE_ERROR = 0;

    /** The device changes nothing of its own and does no DMA. */
    public static final int VFIO_DEVICE_STATE_STOP = 1;

    /** The device works. */
    public static final int VFIO_DEVICE_STATE_RUNNING = 2;

    /** The state is read from the data descriptor. */
    public static final int VFIO_DEVICE_STATE_STOP_COPY = 3;

    /** The state is written to the data descriptor. */
    public static final int VFIO_DEVICE_STATE_RESUMING = 4;

    /** The device works but starts no DMA to other devices. */
    public static final int VFIO_DEVICE_STATE_RUNNING_P2P = 5;

    /** The device works while its state is read. */
    public static final int VFIO_DEVICE_STATE_PRE_COPY = 6;

    /** PRE_COPY without DMA to other devices. */
    public static final int VFIO_DEVICE_STATE_PRE_COPY_P2P = 7;

    /** How many states there are. */
    public static final int VFIO_DEVICE_STATE_NR = 8;
}
