// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.Hex;

/**
 * The types of events, which are also the bits of an event queue's mask.
 *
 * <p>Threads: constants.
 */
public final class EventType {
    /** A completion queue has completions; no mask bit is needed. */
    public static final int COMPLETION = 0x00;

    /** A completion queue failed. */
    public static final int CQ_ERROR = 0x04;

    /** A port's state changed. */
    public static final int PORT_CHANGE = 0x09;

    /** Commands are complete. */
    public static final int COMMAND = 0x0a;

    /** The firmware wants pages, or offers some back. */
    public static final int PAGE_REQUEST = 0x0b;

    private EventType() {}

    /** A type's name. */
    public static String text(int type) {
        return switch (type) {
            case COMPLETION -> "COMP";
            case 0x01 -> "PATH_MIG";
            case 0x02 -> "COMM_EST";
            case 0x03 -> "SQ_DRAINED";
            case CQ_ERROR -> "CQ_ERROR";
            case 0x05 -> "WQ_CATAS_ERROR";
            case 0x07 -> "PATH_MIG_FAILED";
            case 0x08 -> "INTERNAL_ERROR";
            case PORT_CHANGE -> "PORT_CHANGE";
            case COMMAND -> "CMD";
            case PAGE_REQUEST -> "PAGE_REQUEST";
            case 0x0c -> "PAGE_FAULT";
            case 0x0d -> "NIC_VPORT_CHANGE";
            case 0x0e -> "ESW_FUNCTIONS_CHANGED";
            case 0x0f -> "VHCA_STATE_CHANGE";
            case 0x10 -> "WQ_INVAL_REQ_ERROR";
            case 0x11 -> "WQ_ACCESS_ERROR";
            case 0x16 -> "PORT_MODULE";
            case 0x17 -> "TEMP_WARN";
            case 0x22 -> "GENERAL";
            case 0x27 -> "OBJECT_CHANGE";
            default -> "event " + Hex.of(type);
        };
    }
}
