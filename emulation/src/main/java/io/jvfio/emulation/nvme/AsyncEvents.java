// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AsyncEvent;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.driver.nvme.spec.StatusCode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous events (5.2): what happened and was not told yet, and the requests that wait for it. After an event of a
 * type has been told, others of that type wait until the driver has read the log page that the event names.
 *
 * <p>Threads: one at a time.
 */
final class AsyncEvents {
    /** How many requests may wait. */
    static final int LIMIT = 4;

    private static final int TYPES = 3;

    private final int[] requests = new int[LIMIT];
    private int waiting;

    /** How many of the requests, from the first on, have been aborted. */
    private int aborted;

    /** What happened, by type: a bit for each information. */
    private final int[] pending = new int[TYPES];

    private final boolean[] masked = new boolean[TYPES];

    /** A request begins to wait; null unless it is refused. */
    @Nullable StatusCode request(int cid) {
        if (waiting == LIMIT) {
            return StatusCode.ASYNC_EVENT_LIMIT_EXCEEDED;
        }
        requests[waiting++] = cid;
        return null;
    }

    /** Ends a request; it is due from now on. Returns whether it waited. */
    boolean abort(int cid) {
        for (int i = aborted; i < waiting; i++) {
            if (requests[i] == cid) {
                requests[i] = requests[aborted];
                requests[aborted++] = cid;
                return true;
            }
        }
        return false;
    }

    /**
     * Something happened. The same again, before it is told, is one event.
     *
     * @param type of {@link AsyncEvent}
     * @param information of {@link AsyncEvent}
     */
    void raise(int type, int information) {
        pending[type] |= 1 << information;
    }

    /** The driver has read a log page. */
    void read(int page) {
        for (int type = 0; type < TYPES; type++) {
            masked[type] &= pageOf(type) != page;
        }
    }

    /** Whether a request can be completed now. */
    boolean isDue() {
        return aborted > 0 || waiting > 0 && dueType() >= 0;
    }

    private int dueType() {
        for (int type = 0; type < TYPES; type++) {
            if (pending[type] != 0 && !masked[type]) {
                return type;
            }
        }
        return -1;
    }

    /** The identifier of the request that {@link #takeResult} completes; something must be due. */
    int cid() {
        return requests[0];
    }

    /** Whether the request that is due was aborted. */
    boolean isAborted() {
        return aborted > 0;
    }

    /** Takes the request that is due, and the event if it was not aborted. Returns dword 0 of the completion. */
    int takeResult() {
        waiting--;
        System.arraycopy(requests, 1, requests, 0, waiting);
        if (aborted > 0) {
            aborted--;
            return 0;
        }
        int type = dueType();
        int information = Integer.numberOfTrailingZeros(pending[type]);
        pending[type] &= pending[type] - 1;
        masked[type] = true;
        int result = AdminCommand.EVENT_TYPE.set(0, type);
        result = AdminCommand.EVENT_INFORMATION.set(result, information);
        return AdminCommand.EVENT_LOG_PAGE.set(result, pageOf(type));
    }

    private static int pageOf(int type) {
        return switch (type) {
            case AsyncEvent.ERROR -> LogPage.ERRORS;
            case AsyncEvent.SMART -> LogPage.SMART;
            default -> LogPage.CHANGED_NAMESPACES;
        };
    }

    void reset() {
        waiting = 0;
        aborted = 0;
        Arrays.fill(pending, 0);
        Arrays.fill(masked, false);
    }
}
