// SPDX-License-Identifier: Apache-2.0
package io.jvfio.ring;

/**
 * The driver's side of a ring that it fills: which slot is next, how many are free, and what the device has to be told.
 * It keeps numbers only; the descriptors are in memory that the driver has, most often a {@link
 * io.jvfio.iommu.DmaBuffer}, or in the device's registers.
 *
 * <p>A driver fills the slot at {@link #next} with plain stores, all of it, as it still holds what was in it a round ago,
 * and calls {@link #post}, as often as it has work and there is a {@link #free} slot. Then it tells the device once for the
 * whole batch, and calls {@link #told}. The store that tells is the one which has to come after those into the slots, so it
 * is one of these:
 *
 * <ul>
 *   <li>a write of {@link io.jvfio.mmio.Mmio}, to a tail register that takes an index: {@link #tail}
 *   <li>{@code publish} of {@link io.jvfio.mmio.Word32} and its like, to a word in memory that takes an index, or the
 *       count of all that was ever posted: {@link #posted}, of which the device sees some low bits.
 * </ul>
 *
 * <p>When the device has said that it is done with the oldest slot, by a bit in the slot (at {@link #oldest}, read by
 * {@link io.jvfio.mmio.Word32#acquire acquire}), in another ring or in a register, {@link #release} makes it free again. A
 * device that tells the index of its own next slot, as NVMe does in a completion, is done with all before that one:
 * {@code while (ring.busy() > 0 && ring.oldest() != (long) index * slotSize) ring.release();}, where in a ring with a gap the
 * index of the oldest means that none is done. An index that is not among the busy slots would empty the ring: check it, if
 * the device is not trusted.
 *
 * <p>{@snippet :
 * ProducerRing ring = ProducerRing.withGap(256, 64);
 * DmaBuffer buffer = device.dma().allocate(ring.size());
 * MemorySegment slots = buffer.memory(); // the device is given buffer.iova()
 *
 * while (ring.free() > 0 && work.hasNext()) {
 *     long slot = ring.next();
 *     ADDRESS.set(slots, slot, work.next());
 *     LENGTH.set(slots, slot, 4096);
 *     ring.post();
 * }
 * if (ring.untold() > 0) {
 *     registers.write(TAIL, ring.tail());
 *     ring.told();
 * }
 * }
 *
 * <p>No method blocks, locks or allocates.
 *
 * <p>Threads: one at a time. What it posts may be read by another thread, as by a device, that has read what was told.
 */
public final class ProducerRing {
    private final int slots;
    private final int slotSize;
    private final int capacity;

    /**
     * Counts of all times, modulo 2^32, and what they were at the start of the round that they are in: a slot's index is the
     * difference, and a step is one store.
     */
    private int posted;

    private int postedRound;
    private int released;
    private int releasedRound;
    private int told;

    private ProducerRing(int slots, int slotSize, int capacity) {
        if (slots < 1 || capacity < 1 || slotSize < 1 || slots > Integer.MAX_VALUE / slotSize) {
            throw new IllegalArgumentException("no ring: " + slots + " slots of " + slotSize + " bytes");
        }
        this.slots = slots;
        this.slotSize = slotSize;
        this.capacity = capacity;
    }

    /**
     * An empty ring of which all slots can be filled: for devices that count, and so know full from empty.
     *
     * @param slots how many, 1 or more; a power of two if the device is told {@link #posted}
     * @param slotSize bytes of a slot
     * @throws IllegalArgumentException if there is no slot, or they have 2 GiB or more together
     */
    public static ProducerRing of(int slots, int slotSize) {
        return new ProducerRing(slots, slotSize, slots);
    }

    /**
     * An empty ring of which one slot always stays free: for devices that compare head and tail, which are equal if the
     * ring is empty.
     *
     * @param slots how many, 2 or more
     * @param slotSize bytes of a slot
     * @throws IllegalArgumentException if there are less than two slots, or they have 2 GiB or more together
     */
    public static ProducerRing withGap(int slots, int slotSize) {
        return new ProducerRing(slots, slotSize, slots - 1);
    }

    /** How many slots it has. */
    public int slots() {
        return slots;
    }

    /** How many bytes its slots have together. */
    public int size() {
        return slots * slotSize;
    }

    /** How many slots can be with the device at once: all, or all but one. */
    public int capacity() {
        return capacity;
    }

    /** How many slots are posted and not released. */
    public int busy() {
        return posted - released;
    }

    /** How many slots can be posted now. */
    public int free() {
        return capacity - busy();
    }

    /**
     * Where the slot to fill next is.
     *
     * @return bytes from the start of the ring
     * @throws IllegalStateException if the ring is full
     */
    public long next() {
        requireFree();
        return (long) tail() * slotSize;
    }

    /**
     * The next slot is filled. The device is not told yet.
     *
     * @throws IllegalStateException if the ring is full
     */
    public void post() {
        requireFree();
        posted++;
        if (posted - postedRound == slots) {
            postedRound = posted;
        }
    }

    /** The index of the slot to fill next: 0 to {@code slots() - 1}, what a tail register takes. */
    public int tail() {
        return posted - postedRound;
    }

    /** How many slots were ever posted, modulo 2^32: the low bits are what a doorbell takes that counts. */
    public int posted() {
        return posted;
    }

    /** How many slots were posted since the device was last told. */
    public int untold() {
        return posted - told;
    }

    /** The device has been told of all that is posted. */
    public void told() {
        told = posted;
    }

    /**
     * Where the slot is that was posted first of those not released.
     *
     * @return bytes from the start of the ring
     * @throws IllegalStateException if no slot is posted
     */
    public long oldest() {
        requireBusy();
        return (long) (released - releasedRound) * slotSize;
    }

    /**
     * The device is done with the oldest slot, which is free from here on.
     *
     * @throws IllegalStateException if no slot is posted
     */
    public void release() {
        requireBusy();
        released++;
        if (released - releasedRound == slots) {
            releasedRound = released;
        }
    }

    /** Empties it, to begin at the first slot again: the device was reset, or told of the ring anew. */
    public void clear() {
        posted = 0;
        postedRound = 0;
        released = 0;
        releasedRound = 0;
        told = 0;
    }

    private void requireFree() {
        if (free() == 0) {
            throw new IllegalStateException("all " + capacity + " slots of the ring are with the device");
        }
    }

    private void requireBusy() {
        if (busy() == 0) {
            throw new IllegalStateException("no slot of the ring is with the device");
        }
    }
}
