// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.Errno;
import io.jvfio.Hex;

/**
 * What the firmware says of a command: the first byte of every output.
 *
 * <p>Threads: constants.
 */
public final class CommandStatus {
    /** Done. */
    public static final int OK = 0x00;

    /** Internal error. */
    public static final int INTERNAL = 0x01;

    /** There is no such operation. */
    public static final int BAD_OPERATION = 0x02;

    /** A parameter is wrong. */
    public static final int BAD_PARAMETER = 0x03;

    /** Not in this state of the system. */
    public static final int BAD_SYSTEM_STATE = 0x04;

    /** There is no such resource. */
    public static final int BAD_RESOURCE = 0x05;

    /** Not executed; try again. */
    public static final int BUSY = 0x06;

    /** Not ready; try again. */
    public static final int NOT_READY = 0x07;

    /** A limit is exceeded. */
    public static final int LIMIT = 0x08;

    /** The resource is in a state, or use, that forbids it. */
    public static final int BAD_RESOURCE_STATE = 0x09;

    /** A bad index. */
    public static final int BAD_INDEX = 0x0a;

    /** No resources, such as pages. */
    public static final int NO_RESOURCES = 0x0f;

    /** The queue is not in the state that the driver presumes. */
    public static final int BAD_QUEUE_STATE = 0x10;

    /** A bad packet. */
    public static final int BAD_PACKET = 0x30;

    /** The new size does not hold the outstanding completions. */
    public static final int BAD_SIZE = 0x40;

    /** The input is too short, or its length does not fit its contents. */
    public static final int BAD_INPUT_LENGTH = 0x50;

    /** The output is too short. */
    public static final int BAD_OUTPUT_LENGTH = 0x51;

    private CommandStatus() {}

    /** A code by the name that the kernel gives it. */
    public static String text(int code) {
        return switch (code) {
            case OK -> "OK";
            case INTERNAL -> "INTERNAL_ERR";
            case BAD_OPERATION -> "BAD_OP";
            case BAD_PARAMETER -> "BAD_PARAM";
            case BAD_SYSTEM_STATE -> "BAD_SYS_STATE";
            case BAD_RESOURCE -> "BAD_RES";
            case BUSY -> "RES_BUSY";
            case NOT_READY -> "NOT_READY";
            case LIMIT -> "LIM_ERR";
            case BAD_RESOURCE_STATE -> "BAD_RES_STATE";
            case BAD_INDEX -> "IX_ERR";
            case NO_RESOURCES -> "NO_RES";
            case BAD_QUEUE_STATE -> "BAD_QP_STATE";
            case BAD_PACKET -> "BAD_PKT";
            case BAD_SIZE -> "BAD_SIZE_OUTS_CQES";
            case BAD_INPUT_LENGTH -> "BAD_INP_LEN";
            case BAD_OUTPUT_LENGTH -> "BAD_OUTP_LEN";
            default -> "status " + Hex.of(code);
        };
    }

    /** The number of {@link Errno} that Linux makes of a code other than {@link #OK}. */
    public static int errno(int code) {
        return switch (code) {
            case BUSY -> Errno.EBUSY;
            case NOT_READY, NO_RESOURCES -> Errno.EAGAIN;
            case LIMIT -> Errno.ENOMEM;
            case BAD_OPERATION,
                    BAD_PARAMETER,
                    BAD_RESOURCE,
                    BAD_RESOURCE_STATE,
                    BAD_INDEX,
                    BAD_QUEUE_STATE,
                    BAD_PACKET,
                    BAD_SIZE -> Errno.EINVAL;
            default -> Errno.EIO;
        };
    }
}
