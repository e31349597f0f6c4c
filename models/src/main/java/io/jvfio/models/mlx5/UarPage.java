// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.Uar;

/**
 * A page of doorbells: what a driver writes there, put together. An 8-byte register takes one store, or the first half
 * and then the second.
 *
 * <p>Threads: thread-safe.
 */
final class UarPage extends Numbered {
    private static final int SEND_AREA = (int) Uar.SEND.offset();
    private static final int BUFFER = 0x100;
    private static final int BUFFERS = 8;

    /** The first halves: that of the completion queues, and those of the buffers for send queues. */
    private final int[] halves = new int[1 + BUFFERS];

    UarPage(int number) {
        super(number);
    }

    /** What the doorbells mean. All return whether there is work. */
    interface Target {
        boolean armCompletions(int uar, int queue, int word);

        boolean events(int uar, int queue, int index, boolean arm);

        boolean send(int uar, int queue);
    }

    /**
     * A store to the page.
     *
     * @param at from the page's start
     * @param value the first byte in the low bits
     * @return whether there is work
     */
    boolean store(int at, int width, long value, Target target) {
        int first = Integer.reverseBytes((int) value);
        if (width == Long.BYTES) {
            return pair(at, first, Integer.reverseBytes((int) (value >>> Integer.SIZE)), target);
        }
        if (width != Integer.BYTES) {
            return false;
        }
        if (at == Uar.EQ_ARM.offset() || at == Uar.EQ_UPDATE.offset()) {
            int queue = Uar.EQ_NUMBER.of(first);
            return target.events(number(), queue, Uar.EQ_INDEX.of(first), at == Uar.EQ_ARM.offset());
        }
        int half = half(at & -Long.BYTES);
        if (half < 0) {
            return false;
        }
        int before;
        synchronized (this) {
            before = halves[half];
            if (at % Long.BYTES == 0) {
                halves[half] = first;
                return false;
            }
        }
        return pair(at - Integer.BYTES, before, first, target);
    }

    private static int half(int at) {
        if (at == Uar.CQ_ARM.offset()) {
            return 0;
        }
        boolean buffer = at >= SEND_AREA && at % BUFFER == 0;
        return buffer ? 1 + (at - SEND_AREA) / BUFFER : -1;
    }

    private boolean pair(int at, int first, int second, Target target) {
        int half = half(at);
        if (half == 0) {
            return target.armCompletions(number(), second & 0xff_ffff, first);
        }
        return half > 0 && target.send(number(), second >>> Byte.SIZE);
    }
}
