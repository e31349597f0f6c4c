// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;

/**
 * An MSI-X table. Its mask bits count only for vectors whose entry the client has written itself since the last reset: one
 * that assigns eventfds and leaves the table alone gets its interrupts although every entry is masked at power-on.
 *
 * <p>Threads: thread-safe; reads and questions take no lock.
 */
final class MsixTable {
    private static final int ENTRY = 16;
    private static final int WORDS = ENTRY / Integer.BYTES;
    private static final int CONTROL = 3;
    private static final int MASKED = 1;

    private final int vectors;
    private final AtomicIntegerArray words;
    private final AtomicIntegerArray written;
    private volatile boolean functionMasked;

    /** Told of each vector that may have become unmasked. */
    private final IntConsumer unmasked;

    MsixTable(int vectors, IntConsumer unmasked) {
        this.vectors = vectors;
        this.words = new AtomicIntegerArray(vectors * WORDS);
        this.written = new AtomicIntegerArray(vectors);
        this.unmasked = unmasked;
        reset();
    }

    void reset() {
        functionMasked = false;
        for (int vector = 0; vector < vectors; vector++) {
            for (int word = 0; word < CONTROL; word++) {
                words.set(vector * WORDS + word, 0);
            }
            words.set(vector * WORDS + CONTROL, MASKED);
            written.set(vector, 0);
        }
    }

    boolean masked(int vector) {
        return functionMasked || written.get(vector) != 0 && (words.get(vector * WORDS + CONTROL) & MASKED) != 0;
    }

    void functionMask(boolean on) {
        functionMasked = on;
        if (!on) {
            for (int vector = 0; vector < vectors; vector++) {
                unmasked.accept(vector);
            }
        }
    }

    /** Reads 4 or 8 aligned bytes; narrower accesses are not allowed to the table (PCIe 6.0, 7.7.2) and read what is there. */
    long read(int offset, int width) {
        int word = offset >> 2;
        if (width == Long.BYTES) {
            return Integer.toUnsignedLong(words.get(word)) | (long) words.get(word + 1) << Integer.SIZE;
        }
        long value = Integer.toUnsignedLong(words.get(word)) >>> (offset & 3) * Byte.SIZE;
        return value & (1L << width * Byte.SIZE) - 1;
    }

    void write(int offset, int width, long value) {
        int word = offset >> 2;
        if (width < Integer.BYTES) {
            int shift = (offset & 3) * Byte.SIZE;
            int lanes = (int) ((1L << width * Byte.SIZE) - 1) << shift;
            int before;
            do {
                before = words.get(word);
            } while (!words.compareAndSet(word, before, before & ~lanes | (int) value << shift & lanes));
        } else {
            words.set(word, (int) value);
            if (width == Long.BYTES) {
                words.set(word + 1, (int) (value >>> Integer.SIZE));
            }
        }
        int vector = Objects.checkIndex(offset / ENTRY, vectors);
        written.set(vector, 1);
        unmasked.accept(vector);
    }
}
