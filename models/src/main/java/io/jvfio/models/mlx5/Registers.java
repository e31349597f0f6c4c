// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import static io.jvfio.vendor.mlx.spec.InitSegment.*;

import io.jvfio.emulation.ModelClock;
import io.jvfio.mmio.BigRegister32;

/**
 * The initialization segment. A write changes a register and records what the function has to do about it. Every width
 * is answered at every byte: drivers read single bytes of words.
 *
 * <p>Threads: thread-safe.
 */
final class Registers {
    private static final int HARDWARE = 0x216;
    private static final long TICK_NANOS = 100_000_000;
    private static final int MASK_NIC = (int) NIC_INTERFACE.mask();
    private static final long NEVER = Long.MAX_VALUE;

    private final Mlx5Options options;
    private final ModelClock clock;

    private long initialized;
    private int queueHigh;
    private int queueLow;
    private long queue;
    private boolean queueGiven;
    private boolean queueFixed;
    private int nic;
    private int nicWanted;
    private int shownNic;
    private boolean nicKept;
    private int doorbells;
    private int syndrome;
    private boolean resetRequested;
    private long stuckAt;
    private boolean gone;

    Registers(Mlx5Options options, ModelClock clock) {
        this.options = options;
        this.clock = clock;
        reset();
    }

    /** Power-on. */
    synchronized void reset() {
        initialized = clock.nanos() + options.initMillis() * 1_000_000L;
        queueHigh = 0;
        queueLow = 0;
        queue = 0;
        queueGiven = false;
        queueFixed = false;
        nic = NIC_FULL;
        nicWanted = NIC_FULL;
        shownNic = -1;
        nicKept = false;
        doorbells = 0;
        syndrome = 0;
        resetRequested = false;
        stuckAt = NEVER;
        gone = false;
    }

    /** The firmware starts again by itself, disabled until a driver takes it. */
    synchronized void restart() {
        int high = queueHigh;
        int low = queueLow;
        reset();
        queueHigh = high;
        queueLow = low;
        nic = NIC_DISABLED;
        nicWanted = NIC_DISABLED;
    }

    /** What so many bytes hold: the first of them in the low bits. */
    synchronized long read(long offset, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            long at = offset + i;
            int word = gone ? -1 : word((int) at & -Integer.BYTES);
            int b = word >>> Byte.SIZE * (3 - ((int) at & 3)) & 0xff;
            value |= (long) b << Byte.SIZE * i;
        }
        return value;
    }

    /**
     * Writes so many bytes, the first from the low bits.
     *
     * @return whether there is work
     */
    synchronized boolean write(long offset, int width, long value) {
        int first = (int) offset & -Integer.BYTES;
        for (int base = first; base < offset + width; base += Integer.BYTES) {
            int mask = 0;
            int bits = 0;
            for (int i = 0; i < Integer.BYTES; i++) {
                long from = base + i - offset;
                if (from >= 0 && from < width) {
                    int shift = Byte.SIZE * (3 - i);
                    mask |= 0xff << shift;
                    bits |= (int) (value >>> Byte.SIZE * from & 0xff) << shift;
                }
            }
            writeWord(base, mask, bits);
        }
        return doorbells != 0 || nicWanted != nic;
    }

    private void writeWord(int offset, int mask, int bits) {
        if (offset == QUEUE_HIGH.offset()) {
            queueHigh = queueHigh & ~mask | bits;
        } else if (offset == QUEUE_LOW.offset()) {
            int merged = queueLow & ~mask | bits;
            queueLow = merged & QUEUE_ADDRESS_MASK;
            if (!queueGiven && queueLow != 0) {
                queueGiven = true;
                initialized = Math.max(initialized, clock.nanos() + options.queueMillis() * 1_000_000L);
            }
            if ((mask & MASK_NIC) == MASK_NIC) {
                want(NIC_INTERFACE.of(bits));
            }
        } else if (offset == DOORBELL.offset()) {
            ring(bits);
        }
    }

    private void want(int mode) {
        boolean known = mode == NIC_FULL || mode == NIC_DISABLED || mode == NIC_RESET && options.softwareReset();
        if (known && !nicKept) {
            nicWanted = mode;
        }
    }

    /** The address counts when the first commands are handed over; until the function is enabled it can change. */
    private void ring(int slots) {
        if (isInitializing() || nicWanted != NIC_FULL) {
            return;
        }
        if (!queueFixed) {
            queue = (long) queueHigh << Integer.SIZE | Integer.toUnsignedLong(queueLow);
        }
        int count = 1 << Math.min(options.logQueueSize(), 5);
        doorbells |= slots & (int) ((1L << count) - 1);
    }

    private boolean isInitializing() {
        return clock.nanos() - initialized < 0;
    }

    private int word(int offset) {
        if (is(offset, FIRMWARE)) {
            return options.firmware().get(1) << 16 | options.firmware().get(0);
        }
        if (is(offset, INTERFACE)) {
            return options.interfaceRevision() << 16 | options.firmware().get(2);
        }
        if (is(offset, QUEUE_HIGH)) {
            return queueHigh;
        }
        if (is(offset, QUEUE_LOW)) {
            int sizes = LOG_QUEUE_STRIDE.set(LOG_QUEUE_SIZE.set(0, options.logQueueSize()), options.logQueueStride());
            return queueLow | NIC_INTERFACE.set(sizes, shownNic >= 0 ? shownNic : nic);
        }
        if (is(offset, INITIALIZING)) {
            int value = INTERFACES_SUPPORTED.set(0, 1 << NIC_FULL | 1 << NIC_DISABLED);
            value = RESET_SUPPORTED.set(value, options.softwareReset() ? 1 : 0);
            return IS_INITIALIZING.set(value, isInitializing() ? 1 : 0);
        }
        if (offset >= HEALTH && offset < HEALTH + 0x40) {
            return health(offset);
        }
        return timers(offset);
    }

    private int health(int offset) {
        if (is(offset, HEALTH_FIRMWARE)) {
            return options.firmware().get(0) << 24
                    | options.firmware().get(1) << 16
                    | options.firmware().get(2);
        }
        if (is(offset, HEALTH_HARDWARE)) {
            return HARDWARE;
        }
        if (syndrome == 0) {
            return 0;
        }
        if (is(offset, HEALTH_SEVERITY)) {
            int value = SEVERITY.set(SEVERITY_VALID.set(0, 1), resetRequested ? 2 : 3);
            return RESET_REQUESTED.set(value, resetRequested ? 1 : 0);
        }
        if (is(offset, HEALTH_SYNDROME)) {
            return SYNDROME.set(0, syndrome);
        }
        return offset < HEALTH + 0x18 ? 0xa55e_0000 | offset : 0;
    }

    private int timers(int offset) {
        if (is(offset, COMMAND_TIMEOUT)) {
            return options.limits().command();
        }
        if (is(offset, QUEUE_TIMEOUT)) {
            return options.limits().queue();
        }
        long now = clock.nanos();
        if (is(offset, TIMER_HIGH) || is(offset, REAL_TIME_HIGH)) {
            return (int) (now >>> Integer.SIZE);
        }
        if (is(offset, TIMER_LOW) || is(offset, REAL_TIME_LOW)) {
            return (int) now;
        }
        if (is(offset, HEARTBEAT)) {
            long counter = Math.min(now, stuckAt) / TICK_NANOS & HEALTH_COUNTER.max();
            return HEARTBEAT_SYNDROME.set((int) counter, syndrome);
        }
        return 0;
    }

    private static boolean is(int offset, BigRegister32 register) {
        return offset == register.offset();
    }

    /** Which slots have been handed over since the last call. */
    synchronized int takeDoorbells() {
        int taken = doorbells;
        doorbells = 0;
        return taken;
    }

    /** Where the command queue is. */
    synchronized long queue() {
        return queue;
    }

    /** From now on the queue stays where it is, or it may move again. */
    synchronized void fixQueue(boolean fixed) {
        queueFixed = fixed;
    }

    /** The mode that was asked for and is not there yet, or -1. */
    synchronized int wantedMode() {
        return nicWanted == nic ? -1 : nicWanted;
    }

    /** A mode is there. */
    synchronized void mode(int reached) {
        nic = reached;
        if (reached != NIC_FULL) {
            doorbells = 0; // those of a driver that has just taken the function stay
        }
    }

    /** The firmware says that something is wrong. */
    synchronized void unhealthy(int code, boolean askForReset) {
        syndrome = code;
        resetRequested = askForReset;
    }

    /** The NIC interface reads as this, whatever it is. */
    synchronized void showMode(int mode) {
        shownNic = mode;
    }

    /** The NIC interface stays as it is. */
    synchronized void keepMode() {
        nicKept = true;
    }

    /** The health counter stands. */
    synchronized void stop() {
        stuckAt = clock.nanos();
    }

    /** Everything reads as ones. */
    synchronized void vanish() {
        gone = true;
    }
}
