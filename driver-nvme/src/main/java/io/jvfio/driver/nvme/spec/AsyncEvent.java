// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

/**
 * Asynchronous events (5.2.1): {@link AdminCommand#EVENT_TYPE} and, by type, {@link AdminCommand#EVENT_INFORMATION}.
 *
 * <p>Threads: constants.
 */
public final class AsyncEvent {
    /** Type: an error. */
    public static final int ERROR = 0;

    /** Type: SMART and health. */
    public static final int SMART = 1;

    /** Type: a notice. */
    public static final int NOTICE = 2;

    /** Type: events of a command set. */
    public static final int COMMAND_SET = 6;

    /** Type: a vendor's own. */
    public static final int VENDOR = 7;

    /** Of {@link #ERROR}: a doorbell of a queue that is not there. */
    public static final int INVALID_DOORBELL = 0;

    /** Of {@link #ERROR}: a doorbell value out of range, or a queue that is full. */
    public static final int INVALID_DOORBELL_VALUE = 1;

    /** Of {@link #ERROR}: the device diagnosed a failure. */
    public static final int DIAGNOSTIC_FAILURE = 2;

    /** Of {@link #ERROR}: an internal error that stays. */
    public static final int PERSISTENT_ERROR = 3;

    /** Of {@link #ERROR}: an internal error that went away. */
    public static final int TRANSIENT_ERROR = 4;

    /** Of {@link #SMART}: the subsystem is no longer reliable. */
    public static final int RELIABILITY = 0;

    /** Of {@link #SMART}: a temperature beyond its threshold. */
    public static final int TEMPERATURE = 1;

    /** Of {@link #SMART}: the spare is below its threshold. */
    public static final int SPARE = 2;

    /** Of {@link #NOTICE}: the list of namespaces, or a namespace, changed. */
    public static final int NAMESPACES_CHANGED = 0;

    /** Of {@link #NOTICE}: firmware is being activated. */
    public static final int FIRMWARE_STARTING = 1;

    private AsyncEvent() {}
}
