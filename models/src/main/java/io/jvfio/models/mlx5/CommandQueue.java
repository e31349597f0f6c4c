// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import static io.jvfio.vendor.mlx.spec.CommandEntry.*;

import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.DeliveryStatus;
import io.jvfio.vendor.mlx.spec.Mailbox;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Fetches commands from memory and puts their answers there. Nothing that lies in memory is trusted, and each part is
 * read once.
 *
 * <p>Threads: one at a time.
 */
final class CommandQueue {
    private final HostMemory memory;

    CommandQueue(HostMemory memory) {
        this.memory = memory;
    }

    /** A command as it was fetched. */
    static final class Fetched implements AutoCloseable {
        private final Arena arena = Arena.ofShared(); // a late one may be closed by whoever resets
        private final MemorySegment entry = arena.allocate(SIZE, Long.BYTES);
        private final long address;
        private final int slot;
        private final boolean checksums;
        private long[] outputs = {};
        private @Nullable Call call;
        private int delivery;

        private Fetched(long address, int slot, boolean checksums) {
            this.address = address;
            this.slot = slot;
            this.checksums = checksums;
        }

        int slot() {
            return slot;
        }

        /** The command, or null if it could not be delivered. */
        @Nullable Call call() {
            return delivery == DeliveryStatus.OK ? call : null;
        }

        /** What it is, also of one that could not be delivered. */
        int opcode() {
            return CommandWords.OPCODE.of(entry, INPUT);
        }

        void delivery(int status) {
            delivery = status;
        }

        private int token() {
            return TOKEN.of(STATUS.of(entry));
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /**
     * Fetches what lies in a slot.
     *
     * @param queue where the queue is
     * @param stride bytes from entry to entry
     * @param checksums whether signatures are checked and written
     * @return the command, closed by the caller, or null if there is none that can be read
     */
    @Nullable Fetched fetch(long queue, int stride, int slot, boolean checksums) {
        Fetched fetched = new Fetched(queue + (long) slot * stride, slot, checksums);
        if (!memory.read(fetched.address, fetched.entry) || !OWNER.isSet(STATUS.of(fetched.entry))) {
            fetched.close();
            return null;
        }
        fetched.delivery = receive(fetched);
        return fetched;
    }

    private int receive(Fetched fetched) {
        MemorySegment entry = fetched.entry;
        if (fetched.checksums && !isSigned(entry, 0)) {
            return DeliveryStatus.SIGNATURE;
        }
        if (TYPE.of(entry) != TYPE_PCIE) {
            return DeliveryStatus.TYPE;
        }
        if (RESERVED.of(entry) != 0 || STATUS_RESERVED.isSet(STATUS.of(entry))) {
            return DeliveryStatus.RESERVED;
        }
        int inputLength = INPUT_LENGTH.of(entry);
        int outputLength = OUTPUT_LENGTH.of(entry);
        if (inputLength < 8 || inputLength > Call.LONGEST) {
            return DeliveryStatus.INPUT_LENGTH;
        }
        if (outputLength < 8 || outputLength > Call.LONGEST) {
            return DeliveryStatus.OUTPUT_LENGTH;
        }
        Call call = new Call(fetched.arena, inputLength, outputLength);
        MemorySegment.copy(entry, INPUT, call.input(), 0, Math.min(inputLength, INLINE));
        fetched.call = call;
        int status = readInput(fetched, call);
        return status != DeliveryStatus.OK ? status : walkOutput(fetched);
    }

    private int readInput(Fetched fetched, Call call) {
        int blocks = Mailbox.count(call.inputLength());
        MemorySegment block = fetched.arena.allocate(Mailbox.SIZE, Long.BYTES);
        long next = INPUT_MAILBOX.of(fetched.entry);
        for (int i = 0; i < blocks; i++) {
            if (next == 0 || next % Mailbox.ALIGNMENT != 0) {
                return DeliveryStatus.INPUT_POINTER;
            }
            int status = readBlock(fetched, block, next, i);
            if (status != DeliveryStatus.OK) {
                return status;
            }
            int at = INLINE + Mailbox.DATA * i;
            MemorySegment.copy(block, 0, call.input(), at, Math.min(Mailbox.DATA, call.inputLength() - at));
            next = Mailbox.NEXT.of(block);
        }
        return DeliveryStatus.OK;
    }

    private int walkOutput(Fetched fetched) {
        Call call = Objects.requireNonNull(fetched.call);
        int blocks = Mailbox.count(call.outputLength());
        MemorySegment block = fetched.arena.allocate(Mailbox.SIZE, Long.BYTES);
        fetched.outputs = new long[blocks];
        long next = OUTPUT_MAILBOX.of(fetched.entry);
        for (int i = 0; i < blocks; i++) {
            if (next == 0 || next % Mailbox.ALIGNMENT != 0) {
                return DeliveryStatus.OUTPUT_POINTER;
            }
            int status = readBlock(fetched, block, next, i);
            if (status != DeliveryStatus.OK) {
                return status;
            }
            fetched.outputs[i] = next;
            next = Mailbox.NEXT.of(block);
        }
        return DeliveryStatus.OK;
    }

    private int readBlock(Fetched fetched, MemorySegment block, long address, int number) {
        if (!memory.read(address, block)) {
            return DeliveryStatus.INTERNAL;
        }
        if (Mailbox.NUMBER.of(block) != number) {
            return DeliveryStatus.BLOCK_NUMBER;
        }
        if (Mailbox.TOKEN.of(block) != fetched.token()) {
            return DeliveryStatus.TOKEN;
        }
        return fetched.checksums && !Mailbox.isSigned(block, 0) ? DeliveryStatus.SIGNATURE : DeliveryStatus.OK;
    }

    /** Writes the answer and gives the entry back; an answer that cannot be written is lost. */
    void complete(Fetched fetched) {
        Call call = fetched.call();
        if (call != null && !answer(fetched, call)) {
            fetched.delivery = DeliveryStatus.INTERNAL;
        }
        MemorySegment entry = fetched.entry;
        int status = DELIVERY.set(OWNER.set(STATUS.of(entry), 0), fetched.delivery);
        if (fetched.checksums) {
            status = signed(entry, 0, status);
        }
        memory.write32(fetched.address + STATUS.offset(), status);
    }

    private boolean answer(Fetched fetched, Call call) {
        MemorySegment output = call.output();
        int produced = call.produced();
        MemorySegment block = fetched.arena.allocate(Mailbox.SIZE, Long.BYTES);
        for (int i = 0; i < Mailbox.count(produced); i++) {
            int at = INLINE + Mailbox.DATA * i;
            int length = Math.min(Mailbox.DATA, produced - at);
            if (!fetched.checksums) {
                if (!memory.write(fetched.outputs[i], output.asSlice(at, length))) {
                    return false;
                }
                continue;
            }
            block.fill((byte) 0);
            MemorySegment.copy(output, at, block, 0, length);
            Mailbox.NEXT.set(block, i + 1 < fetched.outputs.length ? fetched.outputs[i + 1] : 0);
            Mailbox.NUMBER.set(block, i);
            Mailbox.TOKEN.set(block, fetched.token());
            Mailbox.sign(block, 0);
            if (!memory.write(fetched.outputs[i], block)) {
                return false;
            }
        }
        MemorySegment.copy(output, 0, fetched.entry, OUTPUT, INLINE);
        return memory.write(fetched.address + OUTPUT, fetched.entry.asSlice(OUTPUT, INLINE));
    }
}
