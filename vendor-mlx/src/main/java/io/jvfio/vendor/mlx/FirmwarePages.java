// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import static io.jvfio.vendor.mlx.spec.CommandWords.*;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.BigWord64;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The memory that the firmware works in: given to it page by page, and taken back.
 *
 * <p>Threads: one at a time.
 */
final class FirmwarePages implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final long REST_NANOS = 1_000_000;

    /** How many pages a command gives or takes: what its mailboxes have room for, with some to spare. */
    private static final int AT_ONCE = 512;

    private static final BigWord64 ADDRESS = BigWord64.at(PAGES_AT);

    private final MlxAccess access;
    private final CommandInterface commands;
    private final Map<Long, Batch> owners = new HashMap<>();

    private static final class Batch {
        private final DmaBuffer memory;
        private int given;

        Batch(DmaBuffer memory, int given) {
            this.memory = memory;
            this.given = given;
        }
    }

    FirmwarePages(MlxAccess access, CommandInterface commands) {
        this.access = access;
        this.commands = commands;
    }

    /** How many pages the firmware has. */
    int count() {
        return owners.size();
    }

    /** Gives what the firmware wants at a stage. */
    void giveFor(int stage) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = start(arena, Opcode.QUERY_PAGES, stage, SHORT);
            MemorySegment output = commands.run(arena, input, SHORT);
            give(PAGE_DEMAND.of(output), FUNCTION.of(output));
        }
    }

    private static MemorySegment start(Arena arena, Opcode opcode, int modifier, int length) {
        MemorySegment input = arena.allocate(length, Long.BYTES);
        OPCODE.set(input, opcode.code());
        MODIFIER.set(input, modifier);
        return input;
    }

    /** Gives so many pages, in as many commands as that takes. */
    void give(int count, int function) {
        for (int left = count; left > 0; left -= AT_ONCE) {
            giveSome(Math.min(left, AT_ONCE), function);
        }
    }

    private void giveSome(int count, int function) {
        DmaBuffer memory = access.dma().allocate((long) count * PAGE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = start(arena, Opcode.MANAGE_PAGES, PAGES_GIVE, SHORT + Long.BYTES * count);
            FUNCTION.set(input, function);
            PAGES_IN.set(input, count);
            for (int i = 0; i < count; i++) {
                ADDRESS.set(input, (long) Long.BYTES * i, memory.deviceAddress((long) PAGE * i));
            }
            Batch batch = new Batch(memory, count);
            commit(batch, count);
            try {
                commands.runPages(arena, input, SHORT);
            } catch (RuntimeException e) {
                if (!commands.isBroken()) {
                    withdraw(batch, count);
                    throw Closing.after(e, memory);
                }
                throw e; // they may be the firmware's: they are freed when it has been reset
            }
        }
    }

    private void commit(Batch batch, int count) {
        for (int i = 0; i < count; i++) {
            owners.put(batch.memory.deviceAddress((long) PAGE * i), batch);
        }
    }

    private void withdraw(Batch batch, int count) {
        for (int i = 0; i < count; i++) {
            owners.remove(batch.memory.deviceAddress((long) PAGE * i));
        }
    }

    /** Tells the firmware that there are no pages for it. */
    void refuse(int function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = start(arena, Opcode.MANAGE_PAGES, PAGES_REFUSE, SHORT);
            FUNCTION.set(input, function);
            commands.runPages(arena, input, SHORT);
        }
    }

    /**
     * Takes pages back.
     *
     * @param most how many at most
     * @return how many the firmware gave
     */
    int take(int most, int function) {
        int asked = Math.min(most, AT_ONCE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = start(arena, Opcode.MANAGE_PAGES, PAGES_TAKE, SHORT);
            FUNCTION.set(input, function);
            PAGES_IN.set(input, asked);
            MemorySegment output = commands.runPages(arena, input, SHORT + Long.BYTES * asked);
            int count = PAGES_OUT.of(output);
            if (count < 0 || count > asked) {
                throw wrong("it gave back " + count + " pages of " + asked);
            }
            for (int i = 0; i < count; i++) {
                release(ADDRESS.of(output, (long) Long.BYTES * i));
            }
            return count;
        }
    }

    private void release(long page) {
        Batch batch = owners.remove(page);
        if (batch == null) {
            throw wrong("it gave back a page that it did not have");
        }
        batch.given--;
        if (batch.given == 0) {
            batch.memory.close();
        }
    }

    private MlxException wrong(String what) {
        return new MlxException(Opcode.MANAGE_PAGES.name(), Errno.EINVAL, access.name(), what);
    }

    /**
     * Takes all pages back. A firmware that has none to give at the moment is asked again.
     *
     * @param patience how long it may take from one page to the next
     */
    void takeAll(Duration patience) {
        long last = System.nanoTime();
        while (!owners.isEmpty()) {
            if (take(owners.size(), 0) > 0) {
                last = System.nanoTime();
            } else if (System.nanoTime() - last < patience.toNanos()) {
                LockSupport.parkNanos(REST_NANOS);
            } else {
                throw new MlxException(
                        Opcode.MANAGE_PAGES.name(),
                        Errno.EBUSY,
                        access.name(),
                        "the firmware keeps " + owners.size() + " pages");
            }
        }
    }

    /** Frees what is still given. The function must not reach it any more. */
    @Override
    public void close() {
        Closing steps = new Closing();
        owners.values().stream().distinct().forEach(batch -> steps.attempt(batch.memory::close));
        owners.clear();
        steps.throwFirst();
    }
}
