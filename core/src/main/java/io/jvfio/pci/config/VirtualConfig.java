// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import io.jvfio.mmio.RegisterPort;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A config space that follows {@link ConfigRules}: a model's, or what a device's looks like to somebody else. Registers
 * of any width and alignment can be accessed; those who access see the rules, whoever owns the space also
 * {@link #update}.
 *
 * <p>Threads: thread-safe. Reads take no lock; writes, updates and resets are one after the other. An access of up to four
 * aligned bytes is seen whole. Nothing allocates.
 */
public final class VirtualConfig implements ConfigView, RegisterPort {
    private final ConfigRules rules;
    private final AtomicIntegerArray words;
    private final ReentrantLock lock = new ReentrantLock();

    VirtualConfig(ConfigRules rules) {
        this.rules = rules;
        this.words = new AtomicIntegerArray(rules.size() / Integer.BYTES);
        for (int word = 0; word < words.length(); word++) {
            words.set(word, rules.initial(word));
        }
    }

    /** What it follows. */
    public ConfigRules rules() {
        return rules;
    }

    @Override
    public int size() {
        return rules.size();
    }

    @Override
    public int read8(int offset) {
        return (int) read(offset, Byte.BYTES);
    }

    @Override
    public int read16(int offset) {
        return (int) read(offset, Short.BYTES);
    }

    @Override
    public int read32(int offset) {
        return (int) read(offset, Integer.BYTES);
    }

    /**
     * Reads a register.
     *
     * @param offset bytes from the start, aligned or not
     * @param width 1, 2, 4 or 8 bytes
     * @throws IndexOutOfBoundsException if it is not inside
     */
    @Override
    public long read(long offset, int width) {
        int at = check(offset, width);
        long value = 0;
        for (int done = 0; done < width; ) {
            int word = at + done >> 2;
            int shift = (at + done & 3) * Byte.SIZE;
            long part = Integer.toUnsignedLong(shown(word)) >>> shift;
            value |= part << done * Byte.SIZE;
            done += Integer.BYTES - (at + done & 3);
        }
        return width == Long.BYTES ? value : value & (1L << width * Byte.SIZE) - 1;
    }

    /**
     * Writes a register as the rules allow it.
     *
     * @param offset bytes from the start, aligned or not
     * @param width 1, 2, 4 or 8 bytes
     * @param value bits above the width are ignored
     * @throws IndexOutOfBoundsException if it is not inside
     */
    @Override
    public void write(long offset, int width, long value) {
        int at = check(offset, width);
        lock.lock();
        try {
            put(at, width, value);
        } finally {
            lock.unlock();
        }
    }

    /** Changes bits as the rules allow it; nobody writes in between. */
    @Override
    public long modify(long offset, int width, long mask, long value) {
        int at = check(offset, width);
        lock.lock();
        try {
            long before = read(at, width);
            put(at, width, before & ~mask | value & mask);
            return before;
        } finally {
            lock.unlock();
        }
    }

    private void put(int at, int width, long value) {
        for (int done = 0; done < width; ) {
            int first = at + done & 3;
            int bytes = Math.min(Integer.BYTES - first, width - done);
            int lanes = (int) ((1L << bytes * Byte.SIZE) - 1) << first * Byte.SIZE;
            write(at + done >> 2, (int) (value >>> done * Byte.SIZE) << first * Byte.SIZE, lanes);
            done += bytes;
        }
    }

    /**
     * Changes bits whatever the rules say, for the owner of the space. Hooks are not called.
     *
     * @param offset bytes from the start, aligned or not
     * @param width 1, 2 or 4 bytes
     * @param mask which bits of the register
     * @param value their values
     */
    public void update(int offset, int width, int mask, int value) {
        int at = check(offset, width);
        lock.lock();
        try {
            for (int i = 0; i < width; i++) {
                int word = at + i >> 2;
                int shift = (at + i & 3) * Byte.SIZE;
                int bits = (mask >>> i * Byte.SIZE & 0xff) << shift;
                int byteValue = (value >>> i * Byte.SIZE & 0xff) << shift;
                words.set(word, words.get(word) & ~bits | byteValue & bits);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns every bit that is not sticky to its initial value. Hooks are not called. */
    public void reset() {
        lock.lock();
        try {
            for (int word = 0; word < words.length(); word++) {
                words.set(word, rules.afterReset(word, words.get(word)));
            }
        } finally {
            lock.unlock();
        }
    }

    private void write(int word, int written, int lanes) {
        int before = words.get(word);
        int after = rules.afterWrite(word, before, written, lanes);
        ConfigHook hook = rules.hook(word);
        words.set(
                word,
                hook == null ? after : hook.written(word << 2, before, after, rules.started(word, written, lanes)));
    }

    private int shown(int word) {
        ConfigHook hook = rules.hook(word);
        int value = words.get(word);
        return hook == null ? value : hook.read(word << 2, value);
    }

    private int check(long offset, int width) {
        if (width != 4 && width != 1 && width != 2 && width != 8) {
            throw new IllegalArgumentException("a register of " + width + " bytes");
        }
        return (int) Objects.checkFromIndexSize(offset, (long) width, (long) size());
    }

    /** {@code virtual config space, 0x100 bytes}. */
    @Override
    public String toString() {
        return "virtual config space, " + Hex.of(size()) + " bytes";
    }
}
