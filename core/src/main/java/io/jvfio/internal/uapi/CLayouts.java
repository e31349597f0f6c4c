// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.jvfio.Hex;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.UnionLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary in which the records of this package describe their C structs.
 *
 * <p>Layouts have native byte order and C alignment, which is what the golden test compares. The handles made from them do
 * not require alignment: a capability may follow another at any offset, and a copy of a struct may sit in a byte array.
 *
 * <p>Threads: stateless.
 */
final class CLayouts {
    private CLayouts() {}

    static ValueLayout.OfByte u8(String name) {
        return JAVA_BYTE.withName(name);
    }

    static ValueLayout.OfShort u16(String name) {
        return JAVA_SHORT.withName(name);
    }

    static ValueLayout.OfInt u32(String name) {
        return JAVA_INT.withName(name);
    }

    static ValueLayout.OfInt s32(String name) {
        return JAVA_INT.withName(name);
    }

    static ValueLayout.OfLong u64(String name) {
        return JAVA_LONG.withName(name);
    }

    /** An array of a fixed number of elements. */
    static SequenceLayout array(String name, long count, MemoryLayout element) {
        return MemoryLayout.sequenceLayout(count, element).withName(name);
    }

    /** The array without a declared length at the end of a struct; it adds nothing to {@code sizeof}. */
    static SequenceLayout flexible(String name, MemoryLayout element) {
        return array(name, 0, element);
    }

    /** Bytes that the compiler inserts, or that a struct has at its end. */
    static MemoryLayout padding(long size) {
        return MemoryLayout.paddingLayout(size);
    }

    /** A union without a name; its members are found as if they were members of the struct around it. */
    static UnionLayout union(MemoryLayout... members) {
        return MemoryLayout.unionLayout(members);
    }

    /** A struct under its C name, by which the golden test finds it. */
    static StructLayout struct(String name, MemoryLayout... members) {
        return MemoryLayout.structLayout(members).withName(name);
    }

    /**
     * Returns the handle of a scalar member, with {@code (MemorySegment)} as its only coordinate and exact invocation.
     *
     * @param layout the struct
     * @param name the member's C name; a member of an unnamed union counts as the struct's own
     */
    static VarHandle field(StructLayout layout, String name) {
        Member member = member(layout, name);
        if (!(member.layout() instanceof ValueLayout value)) {
            throw new IllegalArgumentException(name + " of " + layout + " is not a scalar");
        }
        VarHandle atOffset = value.withByteAlignment(1).varHandle();
        return MethodHandles.insertCoordinates(atOffset, 1, member.offset()).withInvokeExactBehavior();
    }

    /** Returns a member and its offset; fails if there is none of that name. */
    static Member member(StructLayout layout, String name) {
        Member member = find(layout, 0, name);
        if (member == null) {
            throw new IllegalArgumentException("no member " + name + " in " + layout);
        }
        return member;
    }

    private static @Nullable Member find(GroupLayout group, long base, String name) {
        long offset = base;
        for (MemoryLayout layout : group.memberLayouts()) {
            if (layout.name().filter(name::equals).isPresent()) {
                return new Member(offset, layout);
            }
            if (layout instanceof UnionLayout union && union.name().isEmpty()) {
                Member inner = find(union, offset, name);
                if (inner != null) {
                    return inner;
                }
            }
            if (group instanceof StructLayout) {
                offset += layout.byteSize();
            }
        }
        return null;
    }

    /**
     * A member of a struct.
     *
     * @param offset in bytes from the start of the struct
     * @param layout what is there
     */
    record Member(long offset, MemoryLayout layout) {
        /** Returns the part of {@code struct} that this member occupies. */
        MemorySegment of(MemorySegment struct) {
            return struct.asSlice(offset, layout.byteSize());
        }
    }

    /** Zeroes a struct, padding and reserved fields included, before its fields are filled. */
    static void clear(StructLayout layout, MemorySegment segment) {
        segment.asSlice(0, layout.byteSize()).fill((byte) 0);
    }

    /** Returns a size in bytes as the value of an {@code argsz} or {@code size} field. */
    static int sizeOf(long bytes) {
        return Math.toIntExact(bytes);
    }

    /** Returns {@code sizeof} of a struct as the value of its {@code argsz} or {@code size} field. */
    static int sizeOf(StructLayout layout) {
        return sizeOf(layout.byteSize());
    }

    /** Narrows a value to an unsigned byte; refuses one that does not fit. */
    static byte toU8(int value) {
        return (byte) inRange(value, 0xff);
    }

    /** Narrows a value to an unsigned short; refuses one that does not fit. */
    static short toU16(int value) {
        return (short) inRange(value, 0xffff);
    }

    private static int inRange(int value, int last) {
        if (value < 0 || value > last) {
            throw new IllegalArgumentException("value " + Hex.of(value) + " exceeds " + Hex.of(last));
        }
        return value;
    }

    /** Returns a copy of {@code values} after checking that there are {@code count}. */
    static <T> List<T> exactly(int count, List<T> values) {
        if (values.size() != count) {
            throw new IllegalArgumentException(values.size() + " elements instead of " + count);
        }
        return List.copyOf(values);
    }

    /**
     * Returns a segment from which a whole struct can be read, for structs that grew at their end: {@code segment} itself,
     * or a copy of a shorter one with zeroes where an older kernel has no fields.
     *
     * @param firstSize how many bytes the first version of the struct has
     * @throws MalformedStructException if there are fewer than {@code firstSize} bytes
     */
    static MemorySegment zeroExtended(StructLayout layout, MemorySegment segment, long firstSize) {
        long size = segment.byteSize();
        if (size < firstSize) {
            throw new MalformedStructException("%s of 0x%x bytes is shorter than its first version, 0x%x"
                    .formatted(layout.name().orElseThrow(), size, firstSize));
        }
        if (size >= layout.byteSize()) {
            return segment;
        }
        MemorySegment whole = MemorySegment.ofArray(new byte[(int) layout.byteSize()]);
        return whole.copyFrom(segment);
    }

    /**
     * Returns a segment from which a struct can be read that a machine of another byte order may have written: {@code
     * segment} itself, or a copy with the bytes of each scalar turned round.
     *
     * @param layout of scalars, of structs of them, and of a flexible array of bytes; members that {@code segment} does not
     *     hold are left out
     * @param order that of the machine
     */
    static MemorySegment inNativeOrder(StructLayout layout, MemorySegment segment, ByteOrder order) {
        if (order == ByteOrder.nativeOrder()) {
            return segment;
        }
        byte[] bytes = segment.toArray(JAVA_BYTE);
        turnRound(layout, 0, bytes);
        return MemorySegment.ofArray(bytes);
    }

    private static void turnRound(StructLayout layout, int start, byte[] bytes) {
        int at = start;
        for (MemoryLayout member : layout.memberLayouts()) {
            int end = at + (int) member.byteSize();
            if (member instanceof StructLayout inner) {
                turnRound(inner, at, bytes);
            } else if (member instanceof ValueLayout && end <= bytes.length) {
                for (int low = at, high = end - 1; low < high; low++, high--) {
                    byte swapped = bytes[low];
                    bytes[low] = bytes[high];
                    bytes[high] = swapped;
                }
            }
            at = end;
        }
    }

    /** Reads an array element of four bytes. */
    static int int32(MemorySegment element) {
        return element.get(JAVA_INT_UNALIGNED, 0);
    }

    /** Writes an array element of four bytes. */
    static void int32(int value, MemorySegment element) {
        element.set(JAVA_INT_UNALIGNED, 0, value);
    }

    /** Reads an array element of eight bytes. */
    static long int64(MemorySegment element) {
        return element.get(JAVA_LONG_UNALIGNED, 0);
    }

    /** Writes an array element of eight bytes. */
    static void int64(long value, MemorySegment element) {
        element.set(JAVA_LONG_UNALIGNED, 0, value);
    }
}
