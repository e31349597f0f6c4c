// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.spec.StatusCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Which failures of a command may pass, and how long to wait for that.
 *
 * <p>Threads: immutable.
 *
 * @param count how often a command is tried again
 * @param readyNanos how long a command is tried again, from its first try on, because a namespace is not ready
 * @param delays what the controller may ask for, in milliseconds: of a status that has delay n the one at n - 1
 */
record Retries(int count, long readyNanos, List<Integer> delays) {
    /** How long drives take until their namespaces are ready, whatever they say. */
    private static final Duration USUAL_READY_LIMIT = Duration.ofSeconds(30);

    private static final int SUCCESS_BITS = 0x7ff;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int MOST_DOUBLINGS = 7;

    Retries {
        delays = List.copyOf(delays);
    }

    /** What the user wants, within what the controller says of itself. */
    static Retries of(NvmeOptions options, ControllerCaps capabilities, List<Integer> delays) {
        Duration said = longer(capabilities.readyTimeout(), USUAL_READY_LIMIT);
        Duration wanted = options.readyTimeout();
        return new Retries(options.retries(), (said.compareTo(wanted) < 0 ? said : wanted).toNanos(), delays);
    }

    static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** The same for no longer than it takes: what is not ready stays so. */
    Retries withoutWaiting() {
        return new Retries(count, 0, delays);
    }

    /**
     * Whether to try a command again.
     *
     * @param status how it ended
     * @param failures how often it ended in another way than not being ready, this time included
     * @param nanos how long ago its first try was
     */
    boolean again(int status, int failures, long nanos) {
        return worthwhile(status) && (notReady(status) ? nanos < readyNanos : failures <= count);
    }

    /**
     * How long to wait before that, in nanoseconds: what the controller asks for, but no longer than for something to
     * become ready; else not at all, unless something has to become ready.
     *
     * @param attempts how often it was tried
     */
    long pauseNanos(int status, int attempts) {
        int delay = StatusCode.RETRY_DELAY.of(status);
        if (delay > 0 && delay <= delays.size() && delays.get(delay - 1) > 0) {
            return Math.min(delays.get(delay - 1) * NANOS_PER_MILLI, readyNanos);
        }
        return notReady(status) ? NANOS_PER_MILLI << Math.min(attempts - 1, MOST_DOUBLINGS) : 0;
    }

    /** Lets time pass, also for a thread that is interrupted, which it is again afterwards. */
    static void pause(long nanos) {
        boolean interrupted = false;
        long start = System.nanoTime();
        for (long left = nanos; left > 0; left = nanos - (System.nanoTime() - start)) {
            LockSupport.parkNanos(left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

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

    /** Whether the media only need more time. */
    static boolean notReady(int status) {
        return StatusCode.NAMESPACE_NOT_READY.matches(status) || StatusCode.ADMIN_MEDIA_NOT_READY.matches(status);
    }

    /** Whether it may be the SGL that the controller does not take. */
    static boolean blamesSgl(int status) {
        return StatusCode.INVALID_FIELD.matches(status)
                || StatusCode.INVALID_SGL_SEGMENT.matches(status)
                || StatusCode.INVALID_SGL_COUNT.matches(status)
                || StatusCode.SGL_DATA_LENGTH_INVALID.matches(status)
                || StatusCode.SGL_TYPE_INVALID.matches(status)
                || StatusCode.SGL_OFFSET_INVALID.matches(status)
                || StatusCode.SGL_GRANULARITY_INVALID.matches(status);
    }

    private static boolean generic(int status) {
        return StatusCode.DATA_TRANSFER_ERROR.matches(status)
                || StatusCode.INTERNAL_ERROR.matches(status)
                || StatusCode.ABORT_REQUESTED.matches(status)
                || StatusCode.ABORTED_SQ_DELETION.matches(status)
                || StatusCode.COMMAND_ID_CONFLICT.matches(status)
                || StatusCode.COMMAND_INTERRUPTED.matches(status)
                || StatusCode.TRANSIENT_TRANSPORT_ERROR.matches(status)
                || notReady(status);
    }
}
