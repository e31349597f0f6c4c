// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.internal.sys.EventFd;
import java.util.function.Supplier;

/**
 * What the {@link EventLoop} watches: an eventfd and what to do when it has a count.
 *
 * <p>Threads: {@link #ready} is called by the loop's thread alone, {@link #end} by any.
 */
interface EventSource {

    /** The eventfd, open until its registration is cancelled. */
    EventFd eventfd();

    /** Whether one event is delivered for each {@link Watch#arm}, instead of as long as there is a count. */
    boolean oneShot();

    /** Called when the eventfd has a count. What it throws is logged. Allocates nothing itself. */
    void ready();

    /**
     * Called when no event will come any more, because the loop has ended.
     *
     * @param reason what whoever waits shall throw
     */
    void end(Supplier<? extends RuntimeException> reason);
}
