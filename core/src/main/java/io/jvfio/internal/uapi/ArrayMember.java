// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * An array in a C struct: of fixed length, or flexible at the end.
 *
 * <p>Threads: immutable.
 */
public final class ArrayMember {
    private final String name;
    private final long offset;
    private final long elementSize;

    private ArrayMember(String name, long offset, long elementSize) {
        this.name = name;
        this.offset = offset;
        this.elementSize = elementSize;
    }

    /** Returns the array {@code name} of {@code layout}. */
    static ArrayMember of(StructLayout layout, String name) {
        PathElement path = PathElement.groupElement(name);
        return new ArrayMember(
                layout.name().orElseThrow() + "." + name,
                layout.byteOffset(path),
                layout.select(path, PathElement.sequenceElement()).byteSize());
    }

    /**
     * Returns the size in bytes of the whole struct when its flexible array has {@code count} elements.
     *
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public long structSize(long count) {
        if (count < 0) {
            throw new IllegalArgumentException(name + " cannot have " + count + " elements");
        }
        return Math.addExact(offset, Math.multiplyExact(count, elementSize));
    }

    /** Returns what follows the fixed part of {@code struct}, up to the segment's end. */
    public MemorySegment tail(MemorySegment struct) {
        return struct.asSlice(offset);
    }

    /**
     * Returns element {@code index} of the array in {@code struct}.
     *
     * @throws IndexOutOfBoundsException if it is not wholly inside the segment
     */
    public MemorySegment element(MemorySegment struct, long index) {
        Objects.checkIndex(index, room(struct));
        return struct.asSlice(offset + index * elementSize, elementSize);
    }

    /**
     * Decodes the first {@code count} elements of the array in {@code struct}.
     *
     * @param count unsigned; usually what a field of the struct says, so not to be trusted
     * @throws MalformedStructException if {@code struct} is too short for so many
     */
    <T> List<T> read(MemorySegment struct, int count, Function<MemorySegment, T> decode) {
        long elements = checked(struct, count);
        List<T> result = new ArrayList<>();
        for (long i = 0; i < elements; i++) {
            result.add(decode.apply(element(struct, i)));
        }
        return List.copyOf(result);
    }

    /**
     * Returns the bytes of the first {@code count} elements of the array in {@code struct}.
     *
     * @param count unsigned; usually what a field of the struct says, so not to be trusted
     * @throws MalformedStructException if {@code struct} is too short for so many
     */
    MemorySegment slice(MemorySegment struct, int count) {
        return struct.asSlice(offset, checked(struct, count) * elementSize);
    }

    private long checked(MemorySegment struct, int count) {
        long elements = Integer.toUnsignedLong(count);
        if (elements > room(struct)) {
            throw new MalformedStructException("%s has 0x%x elements of 0x%x bytes, but ends at 0x%x"
                    .formatted(name, elements, elementSize, struct.byteSize()));
        }
        return elements;
    }

    /**
     * Encodes {@code values} from the first element on.
     *
     * @throws IndexOutOfBoundsException if {@code struct} is too short
     */
    <T> void fill(MemorySegment struct, List<? extends T> values, BiConsumer<MemorySegment, T> encode) {
        for (int i = 0; i < values.size(); i++) {
            encode.accept(element(struct, i), values.get(i));
        }
    }

    private long room(MemorySegment struct) {
        return Math.max(0, struct.byteSize() - offset) / elementSize;
    }
}
