// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.Hex;
import io.jvfio.mmio.Field;
import java.util.Optional;

/**
 * How a command ended (4.6.1). In a completion, {@link CompletionEntry#STATUS}, a status has 15 bits: type and code, and
 * what is said about trying again. These constants are type and code alone.
 *
 * <p>Threads: immutable.
 */
public enum StatusCode {
    /** Successful completion. */
    SUCCESS(StatusCode.TYPE_GENERIC, 0x00, "successful completion"),

    /** Invalid command opcode. */
    INVALID_OPCODE(StatusCode.TYPE_GENERIC, 0x01, "invalid command opcode"),

    /** Invalid field in command. */
    INVALID_FIELD(StatusCode.TYPE_GENERIC, 0x02, "invalid field in command"),

    /** Command id conflict. */
    COMMAND_ID_CONFLICT(StatusCode.TYPE_GENERIC, 0x03, "command id conflict"),

    /** Data transfer error. */
    DATA_TRANSFER_ERROR(StatusCode.TYPE_GENERIC, 0x04, "data transfer error"),

    /** Aborted due to power loss notification. */
    POWER_LOSS_ABORT(StatusCode.TYPE_GENERIC, 0x05, "aborted due to power loss notification"),

    /** Internal error. */
    INTERNAL_ERROR(StatusCode.TYPE_GENERIC, 0x06, "internal error"),

    /** Command abort requested. */
    ABORT_REQUESTED(StatusCode.TYPE_GENERIC, 0x07, "command abort requested"),

    /** Aborted due to submission queue deletion. */
    ABORTED_SQ_DELETION(StatusCode.TYPE_GENERIC, 0x08, "aborted due to submission queue deletion"),

    /** Aborted due to failed fused command. */
    ABORTED_FAILED_FUSED(StatusCode.TYPE_GENERIC, 0x09, "aborted due to failed fused command"),

    /** Aborted due to missing fused command. */
    ABORTED_MISSING_FUSED(StatusCode.TYPE_GENERIC, 0x0a, "aborted due to missing fused command"),

    /** Invalid namespace or format. */
    INVALID_NAMESPACE_OR_FORMAT(StatusCode.TYPE_GENERIC, 0x0b, "invalid namespace or format"),

    /** Command sequence error. */
    COMMAND_SEQUENCE_ERROR(StatusCode.TYPE_GENERIC, 0x0c, "command sequence error"),

    /** Invalid SGL segment descriptor. */
    INVALID_SGL_SEGMENT(StatusCode.TYPE_GENERIC, 0x0d, "invalid SGL segment descriptor"),

    /** Invalid number of SGL descriptors. */
    INVALID_SGL_COUNT(StatusCode.TYPE_GENERIC, 0x0e, "invalid number of SGL descriptors"),

    /** Data SGL length invalid. */
    SGL_DATA_LENGTH_INVALID(StatusCode.TYPE_GENERIC, 0x0f, "data SGL length invalid"),

    /** Metadata SGL length invalid. */
    SGL_METADATA_LENGTH_INVALID(StatusCode.TYPE_GENERIC, 0x10, "metadata SGL length invalid"),

    /** SGL descriptor type invalid. */
    SGL_TYPE_INVALID(StatusCode.TYPE_GENERIC, 0x11, "SGL descriptor type invalid"),

    /** Invalid use of controller memory buffer. */
    INVALID_CMB_USE(StatusCode.TYPE_GENERIC, 0x12, "invalid use of controller memory buffer"),

    /** PRP offset invalid. */
    PRP_OFFSET_INVALID(StatusCode.TYPE_GENERIC, 0x13, "PRP offset invalid"),

    /** Atomic write unit exceeded. */
    ATOMIC_WRITE_UNIT_EXCEEDED(StatusCode.TYPE_GENERIC, 0x14, "atomic write unit exceeded"),

    /** Operation denied. */
    OPERATION_DENIED(StatusCode.TYPE_GENERIC, 0x15, "operation denied"),

    /** SGL offset invalid. */
    SGL_OFFSET_INVALID(StatusCode.TYPE_GENERIC, 0x16, "SGL offset invalid"),

    /** Host identifier inconsistent format. */
    HOST_ID_INCONSISTENT(StatusCode.TYPE_GENERIC, 0x18, "host identifier inconsistent format"),

    /** Keep alive timer expired. */
    KEEP_ALIVE_EXPIRED(StatusCode.TYPE_GENERIC, 0x19, "keep alive timer expired"),

    /** Keep alive timeout invalid. */
    KEEP_ALIVE_INVALID(StatusCode.TYPE_GENERIC, 0x1a, "keep alive timeout invalid"),

    /** Aborted due to preempt and abort. */
    ABORTED_PREEMPT(StatusCode.TYPE_GENERIC, 0x1b, "aborted due to preempt and abort"),

    /** Sanitize failed. */
    SANITIZE_FAILED(StatusCode.TYPE_GENERIC, 0x1c, "sanitize failed"),

    /** Sanitize in progress. */
    SANITIZE_IN_PROGRESS(StatusCode.TYPE_GENERIC, 0x1d, "sanitize in progress"),

    /** SGL data block granularity invalid. */
    SGL_GRANULARITY_INVALID(StatusCode.TYPE_GENERIC, 0x1e, "SGL data block granularity invalid"),

    /** Command not supported for queue in CMB. */
    COMMAND_NOT_SUPPORTED_IN_CMB(StatusCode.TYPE_GENERIC, 0x1f, "command not supported for queue in CMB"),

    /** Namespace is write protected. */
    NAMESPACE_WRITE_PROTECTED(StatusCode.TYPE_GENERIC, 0x20, "namespace is write protected"),

    /** Command interrupted. */
    COMMAND_INTERRUPTED(StatusCode.TYPE_GENERIC, 0x21, "command interrupted"),

    /** Transient transport error. */
    TRANSIENT_TRANSPORT_ERROR(StatusCode.TYPE_GENERIC, 0x22, "transient transport error"),

    /** Admin command media not ready. */
    ADMIN_MEDIA_NOT_READY(StatusCode.TYPE_GENERIC, 0x24, "admin command media not ready"),

    /** LBA out of range. */
    LBA_OUT_OF_RANGE(StatusCode.TYPE_GENERIC, 0x80, "LBA out of range"),

    /** Capacity exceeded. */
    CAPACITY_EXCEEDED(StatusCode.TYPE_GENERIC, 0x81, "capacity exceeded"),

    /** Namespace not ready. */
    NAMESPACE_NOT_READY(StatusCode.TYPE_GENERIC, 0x82, "namespace not ready"),

    /** Reservation conflict. */
    RESERVATION_CONFLICT(StatusCode.TYPE_GENERIC, 0x83, "reservation conflict"),

    /** Format in progress. */
    FORMAT_IN_PROGRESS(StatusCode.TYPE_GENERIC, 0x84, "format in progress"),

    /** Completion queue invalid. */
    INVALID_COMPLETION_QUEUE(StatusCode.TYPE_SPECIFIC, 0x00, "completion queue invalid"),

    /** Invalid queue identifier. */
    INVALID_QUEUE_ID(StatusCode.TYPE_SPECIFIC, 0x01, "invalid queue identifier"),

    /** Invalid queue size. */
    INVALID_QUEUE_SIZE(StatusCode.TYPE_SPECIFIC, 0x02, "invalid queue size"),

    /** Abort command limit exceeded. */
    ABORT_LIMIT_EXCEEDED(StatusCode.TYPE_SPECIFIC, 0x03, "abort command limit exceeded"),

    /** Asynchronous event request limit exceeded. */
    ASYNC_EVENT_LIMIT_EXCEEDED(StatusCode.TYPE_SPECIFIC, 0x05, "asynchronous event request limit exceeded"),

    /** Invalid firmware slot. */
    INVALID_FIRMWARE_SLOT(StatusCode.TYPE_SPECIFIC, 0x06, "invalid firmware slot"),

    /** Invalid firmware image. */
    INVALID_FIRMWARE_IMAGE(StatusCode.TYPE_SPECIFIC, 0x07, "invalid firmware image"),

    /** Invalid interrupt vector. */
    INVALID_INTERRUPT_VECTOR(StatusCode.TYPE_SPECIFIC, 0x08, "invalid interrupt vector"),

    /** Invalid log page. */
    INVALID_LOG_PAGE(StatusCode.TYPE_SPECIFIC, 0x09, "invalid log page"),

    /** Invalid format. */
    INVALID_FORMAT(StatusCode.TYPE_SPECIFIC, 0x0a, "invalid format"),

    /** Firmware activation requires conventional reset. */
    FIRMWARE_NEEDS_RESET(StatusCode.TYPE_SPECIFIC, 0x0b, "firmware activation requires conventional reset"),

    /** Invalid queue deletion. */
    INVALID_QUEUE_DELETION(StatusCode.TYPE_SPECIFIC, 0x0c, "invalid queue deletion"),

    /** Feature identifier not saveable. */
    FEATURE_NOT_SAVEABLE(StatusCode.TYPE_SPECIFIC, 0x0d, "feature identifier not saveable"),

    /** Feature not changeable. */
    FEATURE_NOT_CHANGEABLE(StatusCode.TYPE_SPECIFIC, 0x0e, "feature not changeable"),

    /** Feature not namespace specific. */
    FEATURE_NOT_PER_NAMESPACE(StatusCode.TYPE_SPECIFIC, 0x0f, "feature not namespace specific"),

    /** Firmware activation requires subsystem reset. */
    FIRMWARE_NEEDS_SUBSYSTEM_RESET(StatusCode.TYPE_SPECIFIC, 0x10, "firmware activation requires subsystem reset"),

    /** Firmware activation requires controller reset. */
    FIRMWARE_NEEDS_CONTROLLER_RESET(StatusCode.TYPE_SPECIFIC, 0x11, "firmware activation requires controller reset"),

    /** Overlapping range. */
    OVERLAPPING_RANGE(StatusCode.TYPE_SPECIFIC, 0x14, "overlapping range"),

    /** Namespace insufficient capacity. */
    NAMESPACE_INSUFFICIENT_CAPACITY(StatusCode.TYPE_SPECIFIC, 0x15, "namespace insufficient capacity"),

    /** Namespace identifier unavailable. */
    NAMESPACE_ID_UNAVAILABLE(StatusCode.TYPE_SPECIFIC, 0x16, "namespace identifier unavailable"),

    /** Namespace already attached. */
    NAMESPACE_ALREADY_ATTACHED(StatusCode.TYPE_SPECIFIC, 0x18, "namespace already attached"),

    /** Namespace is private. */
    NAMESPACE_IS_PRIVATE(StatusCode.TYPE_SPECIFIC, 0x19, "namespace is private"),

    /** Namespace not attached. */
    NAMESPACE_NOT_ATTACHED(StatusCode.TYPE_SPECIFIC, 0x1a, "namespace not attached"),

    /** Thin provisioning not supported. */
    THIN_PROVISIONING_NOT_SUPPORTED(StatusCode.TYPE_SPECIFIC, 0x1b, "thin provisioning not supported"),

    /** Controller list invalid. */
    CONTROLLER_LIST_INVALID(StatusCode.TYPE_SPECIFIC, 0x1c, "controller list invalid"),

    /** Device self-test in progress. */
    SELF_TEST_IN_PROGRESS(StatusCode.TYPE_SPECIFIC, 0x1d, "device self-test in progress"),

    /** Invalid controller identifier. */
    INVALID_CONTROLLER_ID(StatusCode.TYPE_SPECIFIC, 0x1f, "invalid controller identifier"),

    /** Invalid secondary controller state. */
    INVALID_SECONDARY_STATE(StatusCode.TYPE_SPECIFIC, 0x20, "invalid secondary controller state"),

    /** Invalid number of controller resources. */
    INVALID_RESOURCE_COUNT(StatusCode.TYPE_SPECIFIC, 0x21, "invalid number of controller resources"),

    /** Invalid resource identifier. */
    INVALID_RESOURCE_ID(StatusCode.TYPE_SPECIFIC, 0x22, "invalid resource identifier"),

    /** Conflicting attributes. */
    CONFLICTING_ATTRIBUTES(StatusCode.TYPE_SPECIFIC, 0x80, "conflicting attributes"),

    /** Invalid protection information. */
    INVALID_PROTECTION_INFORMATION(StatusCode.TYPE_SPECIFIC, 0x81, "invalid protection information"),

    /** Attempted write to read only range. */
    WRITE_TO_READ_ONLY_RANGE(StatusCode.TYPE_SPECIFIC, 0x82, "attempted write to read only range"),

    /** Write fault. */
    WRITE_FAULT(StatusCode.TYPE_MEDIA, 0x80, "write fault"),

    /** Unrecovered read error. */
    UNRECOVERED_READ_ERROR(StatusCode.TYPE_MEDIA, 0x81, "unrecovered read error"),

    /** End-to-end guard check error. */
    GUARD_CHECK_ERROR(StatusCode.TYPE_MEDIA, 0x82, "end-to-end guard check error"),

    /** End-to-end application tag check error. */
    APPLICATION_TAG_CHECK_ERROR(StatusCode.TYPE_MEDIA, 0x83, "end-to-end application tag check error"),

    /** End-to-end reference tag check error. */
    REFERENCE_TAG_CHECK_ERROR(StatusCode.TYPE_MEDIA, 0x84, "end-to-end reference tag check error"),

    /** Compare failure. */
    COMPARE_FAILURE(StatusCode.TYPE_MEDIA, 0x85, "compare failure"),

    /** Access denied. */
    ACCESS_DENIED(StatusCode.TYPE_MEDIA, 0x86, "access denied"),

    /** Deallocated or unwritten logical block. */
    UNWRITTEN_BLOCK(StatusCode.TYPE_MEDIA, 0x87, "deallocated or unwritten logical block"),

    /** Internal path error. */
    INTERNAL_PATH_ERROR(StatusCode.TYPE_PATH, 0x00, "internal path error"),

    /** Controller pathing error. */
    CONTROLLER_PATHING_ERROR(StatusCode.TYPE_PATH, 0x60, "controller pathing error"),

    /** Host pathing error. */
    HOST_PATHING_ERROR(StatusCode.TYPE_PATH, 0x70, "host pathing error");

    /** Type: of any command. */
    public static final int TYPE_GENERIC = 0;

    /** Type: of certain commands. */
    public static final int TYPE_SPECIFIC = 1;

    /** Type: errors of media and data integrity. */
    public static final int TYPE_MEDIA = 2;

    /** Type: errors of the path to the controller. */
    public static final int TYPE_PATH = 3;

    /** Type: a vendor's own. */
    public static final int TYPE_VENDOR = 7;

    /** Of a status: the code. */
    public static final Field CODE = Field.bits(7, 0);

    /** Of a status: the type. */
    public static final Field TYPE = Field.bits(10, 8);

    /** Of a status: which of the controller's delays to wait before another try, 0 for none. */
    public static final Field RETRY_DELAY = Field.bits(12, 11);

    /** Of a status: the error log tells more. */
    public static final Field MORE = Field.bit(13);

    /** Of a status: another try of the same command would fail as well. */
    public static final Field DO_NOT_RETRY = Field.bit(14);

    private static final int TYPE_AND_CODE = 0x7ff;

    private final int type;
    private final int code;
    private final String text;

    StatusCode(int type, int code, String text) {
        this.type = type;
        this.code = code;
        this.text = text;
    }

    /** The type, 0 to 7. */
    public int type() {
        return type;
    }

    /** The code, 0 to 0xff. */
    public int code() {
        return code;
    }

    /** What it means, in the words of the specification. */
    public String text() {
        return text;
    }

    /** As a status, with nothing said about another try. */
    public int status() {
        return TYPE.set(code, type);
    }

    /** As a status that says that another try would fail as well. */
    public int finalStatus() {
        return DO_NOT_RETRY.set(status(), 1);
    }

    /** Whether a status has this type and code. Allocates nothing. */
    public boolean matches(int status) {
        return (status & TYPE_AND_CODE) == (type << 8 | code);
    }

    /** The constant of a status's type and code; empty for a vendor's or a newer one. */
    public static Optional<StatusCode> of(int status) {
        for (StatusCode each : values()) {
            if (each.matches(status)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** A status in words: {@code LBA out of range (type 0, code 0x80, do not retry)}. */
    public static String describe(int status) {
        String name = of(status).map(StatusCode::text).orElse("unknown status");
        String again = DO_NOT_RETRY.isSet(status) ? ", do not retry" : "";
        return name + " (type " + TYPE.of(status) + ", code " + Hex.of(CODE.of(status)) + again + ")";
    }
}
