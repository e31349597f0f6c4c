// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.util.List;
import java.util.stream.Stream;

/**
 * The vocabulary in which the records of this package describe their C structs.
 *
 * <p>Each word stands for members that follow one another. Layouts have native byte order and C alignment, which is what the
 * golden test compares.
 *
 * <p>Threads: stateless.
 */
final class CLayouts {
    private CLayouts() {}

    static MemoryLayout[] u8(String... names) {
        return named(JAVA_BYTE, names);
    }

    static MemoryLayout[] u16(String... names) {
        return named(JAVA_SHORT, names);
    }

    static MemoryLayout[] u32(String... names) {
        return named(JAVA_INT, names);
    }

    static MemoryLayout[] s32(String... names) {
        return named(JAVA_INT, names);
    }

    static MemoryLayout[] u64(String... names) {
        return named(JAVA_LONG, names);
    }

    private static MemoryLayout[] named(MemoryLayout layout, String... names) {
        return Stream.of(names).map(layout::withName).toArray(MemoryLayout[]::new);
    }

    /** An array of a fixed number of elements. */
    static MemoryLayout[] array(String name, long count, MemoryLayout element) {
        return named(MemoryLayout.sequenceLayout(count, element), name);
    }

    /** The array without a declared length at the end of a struct; it adds nothing to {@code sizeof}. */
    static MemoryLayout[] flexible(String name, MemoryLayout element) {
        return array(name, 0, element);
    }

    /** Bytes that the compiler inserts, or that a struct has at its end. */
    static MemoryLayout[] padding(long size) {
        return new MemoryLayout[] {MemoryLayout.paddingLayout(size)};
    }

    /** A union of members of one width. It has no name in C; this one is that of the component. */
    static MemoryLayout[] union(String name, MemoryLayout... members) {
        return named(MemoryLayout.unionLayout(members), name);
    }

    /** A struct within a struct. */
    static MemoryLayout[] struct(String name, Struct<?> struct) {
        return named(struct.layout(), name);
    }

    /** Returns a copy of {@code values} after checking that there are {@code count}. */
    static <T> List<T> exactly(int count, List<T> values) {
        if (values.size() != count) {
            throw new IllegalArgumentException(values.size() + " elements instead of " + count);
        }
        return List.copyOf(values);
    }
}
