// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.spec.StatusCode;

/** Which failures of a command may pass. Threads: stateless. */
final class Retries {
    private static final int SUCCESS_BITS = 0x7ff;

    private Retries() {}

    /**
     * Whether the same command may succeed at another try. All commands of I/O queues that this driver makes have the same
     * effect if they are done twice.
     */
    static boolean worthwhile(int status) {
        if (StatusCode.DO_NOT_RETRY.isSet(status)) {
            return false;
        }
        return switch (StatusCode.TYPE.of(status)) {
            case StatusCode.TYPE_GENERIC -> generic(status & SUCCESS_BITS);
            case StatusCode.TYPE_MEDIA ->
                StatusCode.WRITE_FAULT.matches(status) || StatusCode.UNRECOVERED_READ_ERROR.matches(status);
            case StatusCode.TYPE_PATH -> true;
            default -> false;
        };
    }

    private static boolean generic(int status) {
        return StatusCode.DATA_TRANSFER_ERROR.matches(status)
                || StatusCode.INTERNAL_ERROR.matches(status)
                || StatusCode.ABORT_REQUESTED.matches(status)
                || StatusCode.ABORTED_SQ_DELETION.matches(status)
                || StatusCode.COMMAND_ID_CONFLICT.matches(status)
                || StatusCode.COMMAND_INTERRUPTED.matches(status)
                || StatusCode.TRANSIENT_TRANSPORT_ERROR.matches(status)
                || StatusCode.NAMESPACE_NOT_READY.matches(status);
    }
}
