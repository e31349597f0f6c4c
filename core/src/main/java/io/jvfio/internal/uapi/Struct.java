// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.invoke.MethodType.methodType;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A C struct and the record that stands for it. Each component is the member of its name, {@code devId} that of {@code
 * dev_id}; a list without a fixed length has its length in {@code count} or {@code nr_}. All other members are reserved,
 * but for the size at the start: {@code argsz} is that of the segment, {@code size} that of the struct.
 *
 * <p>Members need no alignment: a capability may follow another at any offset, and a copy of a struct may sit in a byte
 * array.
 *
 * <p>Threads: immutable.
 *
 * @param <R> the record, which has the struct's name in camel case
 */
public final class Struct<R extends Record> {
    private final Class<R> type;
    private final StructLayout layout;
    private final long firstSize;
    private final List<StructMembers.Member> members;

    /** {@code Record (Object[])}. */
    private final MethodHandle constructor;

    /** {@code Object (Record)}, in the order of the members. */
    private final List<MethodHandle> accessors = new ArrayList<>();

    Struct(Class<R> type, long firstSize, StructLayout layout) {
        this.type = type;
        this.layout = layout;
        this.firstSize = firstSize;
        members = StructMembers.of(type, layout);
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            List<Class<?>> parameters = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                parameters.add(component.getType());
                accessors.add(lookup.unreflect(component.getAccessor()).asType(methodType(Object.class, Record.class)));
            }
            constructor = lookup.findConstructor(type, methodType(void.class, parameters))
                    .asSpreader(Object[].class, parameters.size())
                    .asType(methodType(Record.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName(), e);
        }
    }

    /**
     * Returns the struct of a record.
     *
     * @param members in their order, padding included
     * @throws IllegalArgumentException if a component has no member of its name and width, or a member that is not reserved
     *     no component
     */
    static <R extends Record> Struct<R> of(Class<R> type, MemoryLayout[]... members) {
        StructLayout layout = layout(type, members);
        return new Struct<>(type, layout.byteSize(), layout);
    }

    /**
     * Returns the struct of a record that grew at its end: fields that an older kernel lacks are read as 0.
     *
     * @param firstSize how many bytes the first version has
     */
    static <R extends Record> Struct<R> grown(Class<R> type, long firstSize, MemoryLayout[]... members) {
        return new Struct<>(type, firstSize, layout(type, members));
    }

    private static StructLayout layout(Class<?> type, MemoryLayout[]... members) {
        return MemoryLayout.structLayout(Stream.of(members).flatMap(Stream::of).toArray(MemoryLayout[]::new))
                .withName(StructMembers.cName(type.getSimpleName()));
    }

    /** Returns the C layout. */
    public StructLayout layout() {
        return layout;
    }

    /** Returns {@code sizeof}, in bytes. */
    public long byteSize() {
        return layout.byteSize();
    }

    /** Returns an array of the struct. */
    ArrayMember array(String name) {
        return ArrayMember.of(layout, name);
    }

    /**
     * Decodes the struct at the start of {@code segment}.
     *
     * @throws MalformedStructException if {@code segment} is too short
     */
    public R read(MemorySegment segment) {
        long size = segment.byteSize();
        if (size < firstSize) {
            throw new MalformedStructException("%s of 0x%x bytes is shorter than its first version, 0x%x"
                    .formatted(layout.name().orElseThrow(), size, firstSize));
        }
        MemorySegment whole = size < layout.byteSize()
                ? MemorySegment.ofArray(new byte[(int) layout.byteSize()]).copyFrom(segment)
                : segment;
        try {
            Object[] values = new Object[members.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = members.get(i).get().apply(whole);
            }
            return type.cast((Record) constructor.invokeExact(values));
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /**
     * Decodes the struct at the start of {@code segment}, whose list is one of bytes if it has one.
     *
     * @param order the byte order of the machine that wrote it, which a dump may have from another one
     * @throws MalformedStructException if {@code segment} is too short
     */
    public R read(MemorySegment segment, ByteOrder order) {
        if (order == ByteOrder.nativeOrder()) {
            return read(segment);
        }
        byte[] bytes = segment.toArray(JAVA_BYTE);
        turnRound(layout, 0, bytes);
        return read(MemorySegment.ofArray(bytes));
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

    /**
     * Encodes the struct at the start of {@code segment}.
     *
     * @throws IllegalArgumentException if a value does not fit its member
     * @throws IndexOutOfBoundsException if {@code segment} is too short
     */
    public void fill(MemorySegment segment, R record) {
        encode(segment, record);
    }

    /**
     * Encodes the struct at the start of {@code segment}, in a byte order of one's choice.
     *
     * @param order the byte order of the machine that is to read it
     * @throws IllegalArgumentException if a value does not fit its member
     * @throws IndexOutOfBoundsException if {@code segment} is too short
     */
    public void fill(MemorySegment segment, R record, ByteOrder order) {
        encode(segment, record);
        if (order != ByteOrder.nativeOrder()) {
            byte[] bytes = segment.asSlice(0, layout.byteSize()).toArray(JAVA_BYTE);
            turnRound(layout, 0, bytes);
            MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        }
    }

    void encode(MemorySegment segment, Record record) {
        segment.asSlice(0, layout.byteSize()).fill((byte) 0);
        switch (ownSize(layout)) {
            case "argsz" -> segment.set(JAVA_INT_UNALIGNED, 0, Math.toIntExact(segment.byteSize()));
            case "size" -> segment.set(JAVA_INT_UNALIGNED, 0, (int) layout.byteSize());
            default -> {}
        }
        try {
            for (int i = 0; i < members.size(); i++) {
                members.get(i).set().accept(segment, (Object) accessors.get(i).invokeExact(record));
            }
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** Returns the name of the first member if it is the struct's own size, else an empty string. */
    static String ownSize(StructLayout layout) {
        MemoryLayout first = layout.memberLayouts().getFirst();
        String name = first instanceof ValueLayout.OfInt ? first.name().orElseThrow() : "";
        return name.equals("argsz") || name.equals("size") ? name : "";
    }

    /** Encodes a struct without a tail into a segment of its own. */
    public MemorySegment allocate(SegmentAllocator allocator, R record) {
        MemorySegment segment = allocator.allocate(layout);
        fill(segment, record);
        return segment;
    }

    private static RuntimeException unchecked(Throwable e) {
        return switch (e) {
            case Error error -> throw error;
            case RuntimeException unchecked -> unchecked;
            default -> throw new AssertionError("constructors and accessors of records throw nothing checked", e);
        };
    }
}
