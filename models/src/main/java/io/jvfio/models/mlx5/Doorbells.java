// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What drivers store into the pages of doorbells. A store for a queue that is not there, or in another page than its
 * own, is ignored and counted.
 *
 * <p>Threads: thread-safe.
 */
final class Doorbells implements UarPage.Target {
    private final Resources all;
    private final AtomicInteger ignored = new AtomicInteger();

    Doorbells(Resources all) {
        this.all = all;
    }

    int ignored() {
        return ignored.get();
    }

    /** A store; whether there is work. */
    boolean store(long offset, int width, long value) {
        UarPage page = all.uars.find((int) (offset >>> 12));
        return page == null ? ignore() : page.store((int) offset & 0xfff, width, value, this);
    }

    @Override
    public boolean armCompletions(int uar, int number, int word) {
        CompletionQueue queue = all.completionQueues.find(number);
        if (queue == null || queue.uar().number() != uar) {
            return ignore();
        }
        queue.arm(word);
        return true;
    }

    @Override
    public boolean events(int uar, int number, int index, boolean arm) {
        EventQueue queue = all.eventQueues.find(number);
        if (queue == null || queue.uar().number() != uar) {
            return ignore();
        }
        queue.doorbell(index, arm);
        return arm;
    }

    @Override
    public boolean send(int uar, int number) {
        SendQueue queue = all.sendQueues.find(number);
        if (queue == null || queue.uar().number() != uar) {
            return ignore();
        }
        queue.ring();
        return true;
    }

    private boolean ignore() {
        ignored.incrementAndGet();
        return false;
    }
}
