// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import static io.jvfio.vendor.mlx.spec.InitSegment.*;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.vendor.mlx.spec.CommandEntry;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.DeliveryStatus;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The command queue: one slot for commands, and one for pages, which events ask for while a command runs.
 *
 * <p>Threads: one at a time.
 */
final class CommandInterface implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final int MOST_SLOTS = 32;
    private static final long HEALTH_NANOS = 200_000_000;
    private static final int EAGER_LOOKS = 200;
    private static final long REST_NANOS = 50_000;

    private final MlxAccess access;
    private final HealthWatch health;
    private final DmaBuffer queue;
    private final DmaBuffer mailboxes;
    private final CommandSlot commands;
    private final CommandSlot pages;
    private final Duration limit;
    private int token;
    private boolean checksums;
    private volatile boolean broken;
    private Consumer<Duration> patience = CommandInterface::rest;

    CommandInterface(MlxAccess access, HealthWatch health, Duration limit) {
        this.access = access;
        this.health = health;
        int sizes = access.registers().read(QUEUE_LOW);
        int logSize = LOG_QUEUE_SIZE.of(sizes);
        int logStride = LOG_QUEUE_STRIDE.of(sizes);
        if (1 << logSize > MOST_SLOTS || logStride < CommandEntry.LOG_SIZE || logSize + logStride > 12 || logSize < 1) {
            throw new MlxException(
                    "command queue",
                    Errno.EINVAL,
                    access.name(),
                    "it has 2^" + logSize + " entries at 2^" + logStride + " bytes: that does not fit a page");
        }
        this.limit = limit;
        queue = access.dma().allocate(PAGE);
        try {
            mailboxes = access.dma().allocate(2 * CommandSlot.MAILBOX_BYTES);
        } catch (RuntimeException e) {
            throw Closing.after(e, queue);
        }
        int last = (1 << logSize) - 1;
        commands = slot(0, 0, 0);
        pages = slot((long) last << logStride, last, CommandSlot.MAILBOX_BYTES);
        access.registers().write(QUEUE_HIGH, (int) (queue.deviceAddress(0) >>> Integer.SIZE));
        access.registers().write(QUEUE_LOW, (int) queue.deviceAddress(0));
    }

    private CommandSlot slot(long base, int number, long start) {
        return new CommandSlot(queue.memory(), base, number, mailboxes.memory(), mailboxes::deviceAddress, start);
    }

    /** Signatures are checked from now on, by both sides. */
    void checksums(boolean on) {
        checksums = on;
    }

    /** Says how a wait for a command is spent: for at most so long. */
    void waiting(Consumer<Duration> how) {
        patience = how;
    }

    /** Waits by looking again and again. */
    void polling() {
        patience = CommandInterface::rest;
    }

    /** Whether a command was never completed, so that nothing can be asked for and memory is still the function's. */
    boolean isBroken() {
        return broken;
    }

    /** Nothing can be asked for any more. */
    void lost() {
        broken = true;
    }

    /** Runs a command and waits for it. */
    MemorySegment run(Arena arena, MemorySegment input, int outputLength) {
        return run(commands, patience, arena, input, outputLength);
    }

    /** Runs a command about pages, also while another one runs. */
    MemorySegment runPages(Arena arena, MemorySegment input, int outputLength) {
        return run(pages, CommandInterface::rest, arena, input, outputLength);
    }

    private MemorySegment run(
            CommandSlot slot, Consumer<Duration> how, Arena arena, MemorySegment input, int outputLength) {
        int opcode = CommandWords.OPCODE.of(input);
        if (broken) {
            throw new MlxException(
                    Opcode.text(opcode),
                    Errno.EIO,
                    access.name(),
                    "it was reset, or an earlier command was never completed");
        }
        int length = (int) input.byteSize();
        if (length > CommandSlot.LONGEST || outputLength > CommandSlot.LONGEST) {
            throw new IllegalArgumentException("commands have up to " + CommandSlot.LONGEST + " bytes");
        }
        token = token == 0xff ? 1 : token + 1;
        slot.post(input, length, outputLength, token);
        access.registers().write(DOORBELL, 1 << slot.number());
        await(slot, how, opcode);
        MemorySegment output = arena.allocate(outputLength, Long.BYTES);
        int delivery = slot.result(output, checksums);
        if (delivery != DeliveryStatus.OK) {
            throw new MlxException(
                    Opcode.text(opcode),
                    Errno.EIO,
                    access.name(),
                    "delivery status " + delivery + ": " + DeliveryStatus.text(delivery));
        }
        int status = CommandWords.STATUS.of(output);
        if (status != CommandStatus.OK) {
            throw new CommandFailedException(
                    opcode, CommandWords.MODIFIER.of(input), status, CommandWords.SYNDROME.of(output), access.name());
        }
        return output;
    }

    private void await(CommandSlot slot, Consumer<Duration> how, int opcode) {
        long start = System.nanoTime();
        long nextLook = HEALTH_NANOS;
        for (int looks = 0; !slot.isDone(); looks++) {
            if (looks < EAGER_LOOKS) {
                Thread.onSpinWait();
                continue;
            }
            if (broken) {
                throw new MlxException(Opcode.text(opcode), Errno.EIO, access.name(), "it was reset meanwhile");
            }
            long waited = System.nanoTime() - start;
            if (waited > limit.toNanos()) {
                broken = true;
                throw new MlxException(
                        Opcode.text(opcode),
                        Errno.ETIMEDOUT,
                        access.name(),
                        "the firmware did not complete it in " + limit.toMillis() + " ms; "
                                + health.look().text());
            }
            if (waited > nextLook) {
                nextLook = waited + HEALTH_NANOS;
                requireHealth(opcode);
            }
            how.accept(Duration.ofNanos(Math.min(HEALTH_NANOS / 4, limit.toNanos() - waited)));
        }
    }

    private void requireHealth(int opcode) {
        MlxHealth found = health.look();
        if (found.isFatal()) {
            broken = true;
            throw new MlxException(Opcode.text(opcode), Errno.EIO, access.name(), found.text());
        }
    }

    private static void rest(@SuppressWarnings("unused") Duration most) {
        LockSupport.parkNanos(REST_NANOS);
    }

    @Override
    public void close() {
        try (mailboxes;
                queue) {
            broken = true;
        }
    }
}
