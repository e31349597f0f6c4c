// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.ring;

import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.ring.ConsumerRing;
import java.lang.foreign.MemorySegment;

/**
 * The memory of a ring of descriptors and a word beside it, and how a descriptor is filled and read.
 *
 * <p>Threads: as the rings on it.
 */
final class Slots implements AutoCloseable {
    /** How many descriptors there are. */
    static final int COUNT = 512;

    /** Bytes of a descriptor. */
    static final int SIZE = 64;

    /** The word beside them. */
    static final Word32 WORD = Word32.at(0);

    private static final int LOG_COUNT = 9;
    private static final long PAGE = 4096;
    private static final Field PHASE = Field.bit(31);
    private static final Word32 STATUS = Word32.at(60);
    private static final Word64 WORD0 = Word64.at(0);
    private static final Word64 WORD1 = Word64.at(8);
    private static final Word64 WORD2 = Word64.at(16);
    private static final Word64 WORD3 = Word64.at(24);
    private static final Word64 WORD4 = Word64.at(32);
    private static final Word64 WORD5 = Word64.at(40);
    private static final Word64 WORD6 = Word64.at(48);
    private static final Word32 WORD7 = Word32.at(56);

    private final Mapping mapping = Mapping.anonymous(SystemCalls.linux(), COUNT * SIZE + PAGE, PAGE);
    private final MemorySegment slots = mapping.memory().asSlice(0, COUNT * SIZE);
    private final MemorySegment word = mapping.memory().asSlice(COUNT * SIZE, PAGE);

    MemorySegment slots() {
        return slots;
    }

    MemorySegment word() {
        return word;
    }

    ConsumerRing consumer() {
        return ConsumerRing.of(slots, SIZE, STATUS, PHASE, 1);
    }

    /** Fills a descriptor for a device that a doorbell tells of it. Compiled code makes no object of the slice. */
    static void fill(MemorySegment slots, long at, int value) {
        MemorySegment slot = slots.asSlice(at, SIZE);
        fillWords(slot, value);
        STATUS.set(slot, status(value));
    }

    /** Fills a descriptor, and publishes its phase last, for who looks at that. */
    static void publish(MemorySegment slots, long at, int value) {
        MemorySegment slot = slots.asSlice(at, SIZE);
        fillWords(slot, value);
        STATUS.publish(slot, 0, status(value));
    }

    private static void fillWords(MemorySegment slot, int value) {
        WORD0.set(slot, value);
        WORD1.set(slot, value + 1L);
        WORD2.set(slot, 0);
        WORD3.set(slot, 0);
        WORD4.set(slot, value + 4L);
        WORD5.set(slot, value + 5L);
        WORD6.set(slot, value + 6L);
        WORD7.set(slot, 0);
    }

    private static int status(int value) {
        return (~value >>> LOG_COUNT & 1) << 31;
    }

    /** Something that takes a look at the current descriptor. */
    static long sum(MemorySegment slots, ConsumerRing ring) {
        return WORD1.of(slots, ring.slot()) + ring.word();
    }

    @Override
    public void close() {
        mapping.close();
    }
}
