// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.internal.sys.EventFd;
import java.util.function.Supplier;

/**
 * Where the interrupts of one vector arrive: its eventfd, and its one kind of consumer.
 *
 * <p>Threads: thread-safe.
 */
sealed interface VectorSink extends EventSource permits AwaitedVector, HandledVector {

    @Override
    EventFd eventfd();

    @Override
    void end(Supplier<? extends RuntimeException> reason);

    /**
     * Ends the consumer and closes the eventfd; the device must have let it go already.
     *
     * @param reason what a thread that waits shall throw
     * @return how many interrupts nobody has been told of
     */
    long close(Supplier<? extends RuntimeException> reason);
}
