// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.Hex;

/**
 * The commands of the admin queue (5, figure 139).
 *
 * <p>Threads: constants.
 */
public final class AdminOpcode {
    /** Delete I/O submission queue. */
    public static final int DELETE_SQ = 0x00;

    /** Create I/O submission queue. */
    public static final int CREATE_SQ = 0x01;

    /** Get log page. */
    public static final int GET_LOG_PAGE = 0x02;

    /** Delete I/O completion queue. */
    public static final int DELETE_CQ = 0x04;

    /** Create I/O completion queue. */
    public static final int CREATE_CQ = 0x05;

    /** Identify. */
    public static final int IDENTIFY = 0x06;

    /** Abort. */
    public static final int ABORT = 0x08;

    /** Set features. */
    public static final int SET_FEATURES = 0x09;

    /** Get features. */
    public static final int GET_FEATURES = 0x0a;

    /** Asynchronous event request. */
    public static final int ASYNC_EVENT_REQUEST = 0x0c;

    /** Namespace management. */
    public static final int NAMESPACE_MANAGEMENT = 0x0d;

    /** Firmware commit. */
    public static final int FIRMWARE_COMMIT = 0x10;

    /** Firmware image download. */
    public static final int FIRMWARE_DOWNLOAD = 0x11;

    /** Device self-test. */
    public static final int DEVICE_SELF_TEST = 0x14;

    /** Namespace attachment. */
    public static final int NAMESPACE_ATTACHMENT = 0x15;

    /** Keep alive. */
    public static final int KEEP_ALIVE = 0x18;

    /** Directive send. */
    public static final int DIRECTIVE_SEND = 0x19;

    /** Directive receive. */
    public static final int DIRECTIVE_RECEIVE = 0x1a;

    /** Virtualization management. */
    public static final int VIRTUALIZATION_MANAGEMENT = 0x1c;

    /** Doorbell buffer config. */
    public static final int DOORBELL_BUFFER_CONFIG = 0x7c;

    /** Format NVM. */
    public static final int FORMAT_NVM = 0x80;

    /** Security send. */
    public static final int SECURITY_SEND = 0x81;

    /** Security receive. */
    public static final int SECURITY_RECEIVE = 0x82;

    /** Sanitize. */
    public static final int SANITIZE = 0x84;

    private AdminOpcode() {}

    /** The name of a command, or its number in hex. */
    public static String name(int opcode) {
        return switch (opcode) {
            case DELETE_SQ -> "Delete I/O Submission Queue";
            case CREATE_SQ -> "Create I/O Submission Queue";
            case GET_LOG_PAGE -> "Get Log Page";
            case DELETE_CQ -> "Delete I/O Completion Queue";
            case CREATE_CQ -> "Create I/O Completion Queue";
            case IDENTIFY -> "Identify";
            case ABORT -> "Abort";
            case SET_FEATURES -> "Set Features";
            case GET_FEATURES -> "Get Features";
            case ASYNC_EVENT_REQUEST -> "Asynchronous Event Request";
            case NAMESPACE_MANAGEMENT -> "Namespace Management";
            case FIRMWARE_COMMIT -> "Firmware Commit";
            case FIRMWARE_DOWNLOAD -> "Firmware Image Download";
            case DEVICE_SELF_TEST -> "Device Self-test";
            case NAMESPACE_ATTACHMENT -> "Namespace Attachment";
            case KEEP_ALIVE -> "Keep Alive";
            case DIRECTIVE_SEND -> "Directive Send";
            case DIRECTIVE_RECEIVE -> "Directive Receive";
            case VIRTUALIZATION_MANAGEMENT -> "Virtualization Management";
            case DOORBELL_BUFFER_CONFIG -> "Doorbell Buffer Config";
            case FORMAT_NVM -> "Format NVM";
            case SECURITY_SEND -> "Security Send";
            case SECURITY_RECEIVE -> "Security Receive";
            case SANITIZE -> "Sanitize";
            default -> "admin command " + Hex.of(opcode);
        };
    }
}
