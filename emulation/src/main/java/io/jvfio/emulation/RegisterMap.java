// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which registers a region of a model has: what its {@link ModelReport} is judged by. It changes nothing about what the
 * registers do.
 *
 * <p>Threads: immutable.
 */
public final class RegisterMap {
    /** A region without registers. */
    public static final RegisterMap NONE = new RegisterMap(List.of());

    /** Registers that take accesses of 1, 2, 4 and 8 bytes. */
    public static final int ANY_WIDTH = Byte.BYTES | Short.BYTES | Integer.BYTES | Long.BYTES;

    private record Entry(String name, long offset, long length, int reads, int writes) {
        boolean has(long at) {
            return at >= offset && at - offset < length;
        }

        boolean takes(int width, boolean write) {
            return ((write ? writes : reads) & width) != 0;
        }
    }

    /** By offset, without overlaps. */
    private final List<Entry> entries;

    private RegisterMap(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * The same with one more register, or an array of registers that has one name.
     *
     * @param name what reports call it
     * @param offset bytes from the region's start
     * @param length bytes, 1 or more
     * @param reads the sum of the widths that it can be read in, of 1, 2, 4 and 8 bytes; 0 if it cannot. An access that
     *     touches more than one register needs the width in each
     * @param writes the same for writes. A register that takes nothing is one that the model lacks and whose name is known
     * @throws IllegalArgumentException if it overlaps another, or the numbers are not as said
     */
    public RegisterMap with(String name, long offset, long length, int reads, int writes) {
        Objects.requireNonNull(name, "name");
        if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length || ((reads | writes) & ~ANY_WIDTH) != 0) {
            throw new IllegalArgumentException("register " + name + " of " + length + " bytes at " + Hex.of(offset)
                    + ", read in widths " + reads + " and written in " + writes);
        }
        for (Entry other : entries) {
            if (offset < other.offset + other.length && other.offset < offset + length) {
                throw new IllegalArgumentException("register " + name + " overlaps " + other.name);
            }
        }
        List<Entry> all = new ArrayList<>(entries);
        all.add(new Entry(name, offset, length, reads, writes));
        all.sort(Comparator.comparingLong(Entry::offset));
        return new RegisterMap(List.copyOf(all));
    }

    /**
     * The same with a name for those bytes of a range that have no register yet.
     *
     * @param name what reports call each of them
     * @param offset bytes from the region's start
     * @param length bytes, 1 or more
     * @param reads as those of {@link #with}
     * @param writes as those of {@link #with}
     * @throws IllegalArgumentException if the numbers are not as said
     */
    public RegisterMap withRest(String name, long offset, long length, int reads, int writes) {
        Objects.requireNonNull(name, "name");
        RegisterMap filled = this;
        long free = offset;
        for (Entry entry : entries) {
            long end = Math.min(entry.offset, offset + length);
            if (end > free) {
                filled = filled.with(name, free, end - free, reads, writes);
            }
            free = Math.max(free, entry.offset + entry.length);
        }
        return free < offset + length ? filled.with(name, free, offset + length - free, reads, writes) : filled;
    }

    /** Whether every byte of an access belongs to a register that takes such an access. */
    boolean covers(long offset, int width, boolean write) {
        for (long at = offset; at < offset + width; ) {
            Entry entry = at(at);
            if (entry == null || !entry.takes(width, write)) {
                return false;
            }
            at = entry.offset + entry.length;
        }
        return true;
    }

    /** The name of the register that has a byte, or null. */
    @Nullable String name(long offset) {
        Entry entry = at(offset);
        return entry == null ? null : entry.name;
    }

    private @Nullable Entry at(long offset) {
        int low = 0;
        int high = entries.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Entry entry = entries.get(middle);
            if (entry.has(offset)) {
                return entry;
            }
            if (entry.offset > offset) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return null;
    }

    /** Names and places. */
    @Override
    public String toString() {
        return entries.toString();
    }
}
