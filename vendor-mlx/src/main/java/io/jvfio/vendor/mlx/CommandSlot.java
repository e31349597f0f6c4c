// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.vendor.mlx.spec.CommandEntry;
import io.jvfio.vendor.mlx.spec.DeliveryStatus;
import io.jvfio.vendor.mlx.spec.Mailbox;
import java.lang.foreign.MemorySegment;
import java.util.function.LongUnaryOperator;

/**
 * A slot of the command queue with its mailboxes, one chain for each direction. The function may write to all of it
 * until the command is complete.
 *
 * <p>Threads: one at a time.
 */
final class CommandSlot {
    /** How many mailboxes there are in each direction. */
    static final int BLOCKS = 16;

    /** The longest message. */
    static final int LONGEST = CommandEntry.INLINE + BLOCKS * Mailbox.DATA;

    /** Room for both chains, in bytes. */
    static final long MAILBOX_BYTES = 2L * BLOCKS * Mailbox.ALIGNMENT;

    private final MemorySegment queue;
    private final long base;
    private final int number;
    private final MemorySegment mailboxes;
    private final LongUnaryOperator addresses;
    private final long start;

    /**
     * A slot.
     *
     * @param queue the queue's memory
     * @param base where the slot's entry is there
     * @param number which slot
     * @param mailboxes memory of both chains
     * @param addresses where the function finds an offset of that memory
     * @param start where they start there
     */
    CommandSlot(
            MemorySegment queue,
            long base,
            int number,
            MemorySegment mailboxes,
            LongUnaryOperator addresses,
            long start) {
        this.queue = queue;
        this.base = base;
        this.number = number;
        this.mailboxes = mailboxes;
        this.addresses = addresses;
        this.start = start;
    }

    int number() {
        return number;
    }

    /** Fills entry and mailboxes and gives them to the function, which waits for its doorbell. */
    void post(MemorySegment input, int inputLength, int outputLength, int token) {
        MemorySegment entry = queue.asSlice(base, CommandEntry.SIZE);
        entry.fill((byte) 0);
        CommandEntry.TYPE.set(entry, CommandEntry.TYPE_PCIE);
        CommandEntry.INPUT_LENGTH.set(entry, inputLength);
        CommandEntry.OUTPUT_LENGTH.set(entry, outputLength);
        int inline = Math.min(inputLength, CommandEntry.INLINE);
        MemorySegment.copy(input, 0, entry, CommandEntry.INPUT, inline);
        long first = chain(0, Mailbox.count(inputLength), token, input, inputLength);
        CommandEntry.INPUT_MAILBOX.set(entry, first);
        CommandEntry.OUTPUT_MAILBOX.set(entry, chain(BLOCKS, Mailbox.count(outputLength), token, input, 0));
        int status = CommandEntry.OWNER.set(CommandEntry.TOKEN.set(0, token), 1);
        CommandEntry.publish(queue, base, CommandEntry.signed(queue, base, status));
    }

    private long at(int block) {
        return start + (long) Mailbox.ALIGNMENT * block;
    }

    /** Makes a chain and tells its address; what there is of the input goes into it. */
    private long chain(int first, int count, int token, MemorySegment input, int inputLength) {
        for (int i = 0; i < count; i++) {
            long at = at(first + i);
            mailboxes.asSlice(at, Mailbox.SIZE).fill((byte) 0);
            int from = CommandEntry.INLINE + Mailbox.DATA * i;
            int length = Math.max(0, Math.min(Mailbox.DATA, inputLength - from));
            if (length > 0) {
                MemorySegment.copy(input, from, mailboxes, at, length);
            }
            Mailbox.NEXT.set(mailboxes, at, i + 1 < count ? addresses.applyAsLong(at(first + i + 1)) : 0);
            Mailbox.NUMBER.set(mailboxes, at, i);
            Mailbox.TOKEN.set(mailboxes, at, token);
            Mailbox.sign(mailboxes, at);
        }
        return count == 0 ? 0 : addresses.applyAsLong(at(first));
    }

    boolean isDone() {
        return !CommandEntry.OWNER.isSet(CommandEntry.acquire(queue, base));
    }

    /**
     * The delivery status of a command that is done, with the output copied if it was delivered.
     *
     * @param output filled
     * @param checked whether the function signs its answers
     */
    int result(MemorySegment output, boolean checked) {
        int delivery = CommandEntry.DELIVERY.of(CommandEntry.acquire(queue, base));
        if (delivery != DeliveryStatus.OK) {
            return delivery;
        }
        if (checked && !CommandEntry.isSigned(queue, base)) {
            return DeliveryStatus.SIGNATURE;
        }
        int length = (int) output.byteSize();
        MemorySegment.copy(queue, base + CommandEntry.OUTPUT, output, 0, Math.min(length, CommandEntry.INLINE));
        for (int i = 0; i < Mailbox.count(length); i++) {
            int at = CommandEntry.INLINE + Mailbox.DATA * i;
            if (checked && !Mailbox.isSigned(mailboxes, at(BLOCKS + i))) {
                return DeliveryStatus.SIGNATURE;
            }
            MemorySegment.copy(mailboxes, at(BLOCKS + i), output, at, Math.min(Mailbox.DATA, length - at));
        }
        return DeliveryStatus.OK;
    }
}
