// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SystemCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of MSI or MSI-X. A message goes to the vector's eventfd; while it has none, or is masked, the message is
 * latched as pending and goes out when that ends.
 *
 * <p>Threads: thread-safe. A message takes no lock and allocates nothing; no eventfd is signalled under a lock.
 */
final class MessageVectors {
    private final SystemCalls sys;
    private final int count;
    private final IntPredicate masked;
    private final AtomicReferenceArray<@Nullable SharedEventFd> eventfds;
    private final AtomicLongArray pending;

    /** How many vectors are enabled: one more than the last that has had an eventfd since the index is on; 0 is off. */
    private volatile int enabled;

    /** How many vectors the requests since then have spoken of. Guarded by this. */
    private int allocated;

    MessageVectors(SystemCalls sys, int count, IntPredicate masked) {
        this.sys = sys;
        this.count = count;
        this.masked = masked;
        this.eventfds = new AtomicReferenceArray<>(count);
        this.pending = new AtomicLongArray((count + Long.SIZE - 1) / Long.SIZE);
    }

    int count() {
        return count;
    }

    int enabled() {
        return enabled;
    }

    synchronized int allocated() {
        return allocated;
    }

    /** Sends a message, or latches it; does nothing while the index is off. */
    void message(int vector) {
        if (enabled == 0) {
            return;
        }
        SharedEventFd eventfd = eventfds.get(vector);
        if (eventfd == null || masked.test(vector) || !eventfd.signal()) {
            latch(vector);
            // The eventfd, or the end of the mask, may have come in the meantime.
            retry(vector);
        }
    }

    /** Sends a message that was held back, if it can be now. */
    void retry(int vector) {
        SharedEventFd eventfd = eventfds.get(vector);
        if (eventfd != null && !masked.test(vector) && unlatch(vector) && !eventfd.signal()) {
            latch(vector);
        }
    }

    /** 64 pending bits. */
    long pending(int word) {
        return pending.get(word);
    }

    /**
     * Assigns duplicates of eventfds; all or none. What is pending for them waits for {@link #retry}, so that the caller
     * can give back its locks first.
     *
     * @param onHeldUp ends whoever passed them
     */
    synchronized void assign(int start, List<? extends @Nullable Fd> fds, Runnable onHeldUp) {
        Objects.checkFromIndexSize(start, fds.size(), count);
        List<@Nullable SharedEventFd> made = new ArrayList<>();
        try {
            for (Fd fd : fds) {
                made.add(fd == null ? null : SharedEventFd.duplicate(sys, fd, onHeldUp));
            }
        } catch (RuntimeException e) {
            made.forEach(MessageVectors::close);
            throw e;
        }
        for (int i = 0; i < made.size(); i++) {
            SharedEventFd eventfd = made.get(i);
            if (eventfd != null) {
                enabled = Math.max(enabled, start + i + 1);
            }
            close(eventfds.getAndSet(start + i, eventfd));
        }
        allocated = enabled == 0 ? 0 : Math.max(allocated, start + made.size());
    }

    /** Fires a vector as software asks for it: if it has an eventfd. */
    void trigger(int vector) {
        SharedEventFd eventfd = eventfds.get(Objects.checkIndex(vector, count));
        if (eventfd != null) {
            eventfd.signal();
        }
    }

    /** Takes all eventfds away and forgets what is pending. */
    synchronized void disable() {
        enabled = 0;
        allocated = 0;
        Closing steps = new Closing();
        for (int vector = 0; vector < count; vector++) {
            SharedEventFd eventfd = eventfds.getAndSet(vector, null);
            steps.attempt(() -> close(eventfd));
        }
        forget();
        steps.throwFirst();
    }

    /** Forgets what is pending. */
    void forget() {
        for (int word = 0; word < pending.length(); word++) {
            pending.set(word, 0);
        }
    }

    private void latch(int vector) {
        pending.getAndAccumulate(vector >> 6, 1L << vector, (bits, bit) -> bits | bit);
    }

    private boolean unlatch(int vector) {
        long bit = 1L << vector;
        return (pending.getAndAccumulate(vector >> 6, ~bit, (bits, mask) -> bits & mask) & bit) != 0;
    }

    private static void close(@Nullable SharedEventFd eventfd) {
        if (eventfd != null) {
            eventfd.close();
        }
    }
}
