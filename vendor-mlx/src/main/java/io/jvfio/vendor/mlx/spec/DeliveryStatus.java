// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.Hex;

/**
 * How a command's delivery went: whether the device could take it at all. Read it before anything of the output, which
 * is left as it was if the delivery failed.
 *
 * <p>Threads: constants.
 */
public final class DeliveryStatus {
    /** Delivered. */
    public static final int OK = 0x00;

    /** A signature is wrong. */
    public static final int SIGNATURE = 0x01;

    /** A mailbox has another token than the entry. */
    public static final int TOKEN = 0x02;

    /** A mailbox has another number than its place. */
    public static final int BLOCK_NUMBER = 0x03;

    /** An output mailbox is nowhere, or not aligned. */
    public static final int OUTPUT_POINTER = 0x04;

    /** An input mailbox is nowhere, or not aligned. */
    public static final int INPUT_POINTER = 0x05;

    /** The firmware failed, or could not reach a mailbox. */
    public static final int INTERNAL = 0x06;

    /** Less than 8 bytes of input. */
    public static final int INPUT_LENGTH = 0x07;

    /** Less than 8 bytes of output. */
    public static final int OUTPUT_LENGTH = 0x08;

    /** Reserved bytes are not 0. */
    public static final int RESERVED = 0x09;

    /** The entry's type is not PCIe. */
    public static final int TYPE = 0x10;

    private DeliveryStatus() {}

    /** A code in words. */
    public static String text(int code) {
        return switch (code) {
            case OK -> "delivered";
            case SIGNATURE -> "wrong signature";
            case TOKEN -> "wrong token";
            case BLOCK_NUMBER -> "wrong block number";
            case OUTPUT_POINTER -> "output mailbox not aligned or missing";
            case INPUT_POINTER -> "input mailbox not aligned or missing";
            case INTERNAL -> "firmware internal error";
            case INPUT_LENGTH -> "input too short";
            case OUTPUT_LENGTH -> "output too short";
            case RESERVED -> "reserved field not zero";
            case TYPE -> "bad command type";
            default -> "delivery status " + Hex.of(code);
        };
    }
}
