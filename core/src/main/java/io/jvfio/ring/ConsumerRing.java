// SPDX-License-Identifier: Apache-2.0
package io.jvfio.ring;

import static io.jvfio.mmio.Layouts.LE_INT;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word32;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The driver's side of a ring that the device fills, and in which the device marks what is new by a bit that it inverts
 * with each round: NVMe's phase tag, mlx5's owner bit. The bit is in a 32-bit word of the slot that the device writes
 * last: for NVMe {@code Word32.at(12)} and {@code Field.bit(16)}, in slots of 16 bytes. Before the device begins, the driver
 * gives the bit of every slot the value that it does not have in the first round.
 *
 * <p>{@link #next} takes a slot if it is new. It is then the current one, and the driver's until the device is told: by a
 * write of {@link io.jvfio.mmio.Mmio}, or by {@code publish} of {@link Word32} and its like, once for as many slots as the
 * driver likes.
 *
 * <p>{@snippet :
 * static final Word32 STATUS = Word32.at(60);
 * static final Field PHASE = Field.bit(31);
 *
 * DmaBuffer buffer = device.dma().allocate(256 * 64);
 * MemorySegment slots = buffer.memory(); // zeroed: the bit is 1 in the first round
 * ConsumerRing ring = ConsumerRing.of(slots, 64, STATUS, PHASE, 1);
 *
 * while (ring.next()) {
 *     done(ID.of(slots, ring.slot()), ring.word());
 * }
 * if (ring.untold() > 0) {
 *     registers.write(HEAD, ring.head());
 *     ring.told();
 * }
 * }
 *
 * <p>{@link #next} is {@link #ready} and {@link #take}, and can be mixed with them. Who has a loop for what one look has
 * found saves time:
 *
 * <p>{@snippet :
 * for (int found = ring.ready(); found > 0; found = ring.ready()) {
 *     for (int i = 0; i < found; i++) {
 *         ring.take();
 *         done(ID.of(slots, ring.slot()), ring.word());
 *     }
 * }
 * }
 *
 * <p>What the driver reads of a slot comes after the look at its bit. A device that misbehaves can change a slot that it
 * has handed over: read what has to be consistent once, as {@link #word} is. A device that is gone marks nothing: a loop
 * that waits needs a limit. No method blocks, locks or allocates.
 *
 * <p>Threads: one at a time. What fills the ring may be another thread, if it writes the word by {@code publish}.
 */
public final class ConsumerRing {
    /** How many slots are looked at together, at most. */
    private static final int LOOK = 32;

    /** For words that are aligned, as the constructor sees to, so that no access need look again. */
    private static final VarHandle WORD =
            LE_INT.withByteAlignment(1).varHandle().withInvokeExactBehavior();

    private final MemorySegment memory;
    private final int slots;
    private final int slotSize;
    private final int first;

    /** Where the word with the bit is in a slot, whether it is big-endian, and the bit in it if read as little-endian. */
    private final int wordOffset;

    private final boolean big;
    private final int mask;

    /**
     * How many were ever taken, modulo 2^32, and how many before the round that the current slot is in: the index of the
     * next one is the difference, and a step is one store.
     */
    private int taken;

    private int round;

    /** What the bit of a new slot is in that round, in place. */
    private int expected;

    /** How many will have been taken with all slots that are known to be new. */
    private int seen;

    private int told;
    private int word;

    private ConsumerRing(MemorySegment memory, int slotSize, int wordOffset, boolean big, int mask, int first) {
        long size = memory.byteSize();
        if (slotSize < 1 || size == 0 || size % slotSize != 0 || size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("no ring: " + size + " bytes with slots of " + slotSize);
        }
        if (wordOffset > slotSize - Integer.BYTES || ((memory.address() | slotSize | wordOffset) & 3) != 0) {
            throw new IllegalArgumentException(
                    "no aligned word at " + wordOffset + " of slots of " + slotSize + " bytes");
        }
        this.memory = memory;
        this.slotSize = slotSize;
        this.slots = (int) (size / slotSize);
        this.wordOffset = wordOffset;
        this.big = big;
        this.mask = mask;
        this.first = first == 0 ? 0 : mask;
        this.expected = this.first;
    }

    /**
     * An empty ring.
     *
     * @param memory all its slots and nothing else; borrowed
     * @param slotSize bytes of a slot, a multiple of 4
     * @param word the word that the device writes last, at a multiple of 4
     * @param bit the bit of it that says what is new
     * @param first the bit's value in the first round, 0 or 1
     * @throws IllegalArgumentException if the memory is not a number of slots, or the word is not aligned or not in a
     *     slot, or the field is not one bit of it, or the value is not 0 or 1
     */
    public static ConsumerRing of(MemorySegment memory, int slotSize, Word32 word, Field bit, int first) {
        return new ConsumerRing(memory, slotSize, word.offset(), false, mask(bit, first), first);
    }

    /** As {@link #of(MemorySegment, int, Word32, Field, int)}, for a word with its most significant byte first. */
    public static ConsumerRing of(MemorySegment memory, int slotSize, BigWord32 word, Field bit, int first) {
        return new ConsumerRing(memory, slotSize, word.offset(), true, Integer.reverseBytes(mask(bit, first)), first);
    }

    private static int mask(Field bit, int first) {
        if (bit.width() != 1 || (first & ~1) != 0) {
            throw new IllegalArgumentException("no bit of a word, with its first value: " + bit + ", " + first);
        }
        return bit.set(0, 1);
    }

    /** How many slots it has. */
    public int slots() {
        return slots;
    }

    /**
     * Takes the next slot if it is new. Reads of the slot that follow see what the device wrote before it marked the slot.
     *
     * @return whether it was new; if not, {@link #slot} and {@link #word} are those of before
     * @throws IllegalStateException if the memory is freed
     */
    public boolean next() {
        if (ready() == 0) {
            return false;
        }
        take();
        return true;
    }

    /**
     * How many slots are known to be new. If none is, it looks, at up to 32 slots and with one ordering for all of them: reads
     * that follow see what the device wrote before it marked them.
     *
     * @return 0 only if the next slot is not new
     * @throws IllegalStateException if the memory is freed
     */
    public int ready() {
        if (seen == taken) {
            look();
        }
        return seen - taken;
    }

    /**
     * Takes the next slot, which is known to be new, without a look. A loop of so many as {@link #ready} has found has
     * nothing in it that orders, so that compiled code checks the memory once for all of them.
     *
     * @throws IllegalStateException if no slot is known to be new, or the memory is freed
     */
    public void take() {
        if (seen == taken) {
            throw new IllegalStateException("no slot of the ring is known to be new");
        }
        if (taken - round == slots) {
            round = taken;
            expected ^= mask;
        }
        word = (int) WORD.get(memory, (long) (taken - round) * slotSize + wordOffset);
        taken++;
    }

    /** Its loads are plain: the fence has the next look make them anew. */
    private void look() {
        boolean over = taken - round == slots;
        int index = over ? 0 : taken - round;
        int bit = over ? expected ^ mask : expected;
        int limit = Math.min(slots - index, LOOK);
        long at = (long) index * slotSize + wordOffset;
        int found = 0;
        while (found < limit && ((int) WORD.get(memory, at) & mask) == bit) {
            found++;
            at += slotSize;
        }
        VarHandle.acquireFence();
        seen = taken + found;
    }

    /**
     * Where the current slot is, in bytes from the start of the ring. There is one after the first {@link #next} or {@link
     * #take}.
     */
    public long slot() {
        return (long) (taken - round - 1) * slotSize;
    }

    /** The word of the current slot, as {@link #next} or {@link #take} has read it, once. */
    public int word() {
        return big ? Integer.reverseBytes(word) : word;
    }

    /** The index of the slot to be taken next: 0 to {@code slots() - 1}, what a head register takes. */
    public int head() {
        int index = taken - round;
        return index == slots ? 0 : index;
    }

    /** How many slots were ever taken, modulo 2^32: the low bits are what a doorbell takes that counts. */
    public int taken() {
        return taken;
    }

    /** How many slots were taken since the device was last told. */
    public int untold() {
        return taken - told;
    }

    /** The device has been told of all that is taken; the current slot is its own again. */
    public void told() {
        told = taken;
    }

    /**
     * Begins at the first slot and in the first round again: the device was reset, or told of the ring anew. The bits in
     * the slots are the driver's to reset.
     */
    public void clear() {
        taken = 0;
        round = 0;
        expected = first;
        seen = 0;
        told = 0;
        word = 0;
    }
}
