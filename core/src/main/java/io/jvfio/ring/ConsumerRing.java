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
 * last. Before the device begins, the driver gives the bit of every slot the value that it does not have in the first
 * round.
 *
 * <p>{@link #next} looks at one slot and takes it if it is new. It is then the current one, and the driver's until the
 * device is told: by a write of {@link io.jvfio.mmio.Mmio}, or by {@code publish} of {@link Word32} and its like, once for
 * as many slots as the driver likes.
 *
 * <p>{@snippet :
 * static final Word32 STATUS = Word32.at(60);
 * static final Field PHASE = Field.bit(31);
 *
 * MemorySegment slots = device.dma().allocate(256 * 64).memory(); // zeroed: the bit is 1 in the first round
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
 * <p>What the driver reads of a slot comes after the look at its bit. A device that misbehaves can change a slot that it
 * has handed over: read what has to be consistent once, as {@link #word} is. No method blocks, locks or allocates.
 *
 * <p>Threads: one at a time. What fills the ring may be another thread, if it writes the word by {@code publish}.
 */
public final class ConsumerRing {
    private static final VarHandle WORD = LE_INT.varHandle().withInvokeExactBehavior();

    private final MemorySegment memory;
    private final int slots;
    private final int slotSize;
    private final int first;

    /** Where the word with the bit is in a slot, whether it is big-endian, and the bit in it if read as little-endian. */
    private final int wordOffset;

    private final boolean big;
    private final int mask;

    /** The index of the slot to look at next, and what the bit of a new one is there, in place. */
    private int head;

    private int expected;

    /** Counts of all times, modulo 2^32. */
    private int taken;

    private int told;

    private long slot;
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
        long at = (long) head * slotSize;
        int found = (int) WORD.getAcquire(memory, at + wordOffset);
        if ((found & mask) != expected) {
            return false;
        }
        slot = at;
        word = found;
        taken++;
        if (++head == slots) {
            head = 0;
            expected ^= mask;
        }
        return true;
    }

    /** Where the current slot is, in bytes from the start of the ring. */
    public long slot() {
        return slot;
    }

    /** The word of the current slot, as {@link #next} has read it. */
    public int word() {
        return big ? Integer.reverseBytes(word) : word;
    }

    /** The index of the slot to be taken next: 0 to {@code slots() - 1}, what a head register takes. */
    public int head() {
        return head;
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
        head = 0;
        expected = first;
        taken = 0;
        told = 0;
        slot = 0;
        word = 0;
    }
}
