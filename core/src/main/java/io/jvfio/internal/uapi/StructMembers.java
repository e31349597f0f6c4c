// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.lang.invoke.MethodType.methodType;

import io.jvfio.Hex;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.UnionLayout;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Finds the member of a struct for each component of its record, and refuses what does not fit. */
final class StructMembers {
    private static final Pattern RESERVED = Pattern.compile("__reserved2?|reserved|(__)?pad");
    private static final Pattern COUNT = Pattern.compile("count|nr_.*");

    private final Class<? extends Record> type;
    private final StructLayout layout;

    /** The members that no component has named so far. */
    private final Set<String> open = new LinkedHashSet<>();

    /**
     * A member as a component has it.
     *
     * @param get decodes it from the struct
     * @param set encodes it in the struct
     */
    record Member(Function<MemorySegment, Object> get, BiConsumer<MemorySegment, Object> set) {}

    private StructMembers(Class<? extends Record> type, StructLayout layout) {
        this.type = type;
        this.layout = layout;
        layout.memberLayouts().forEach(member -> member.name().ifPresent(open::add));
    }

    /** Returns the members in the order of the components. */
    static List<Member> of(Class<? extends Record> type, StructLayout layout) {
        StructMembers members = new StructMembers(type, layout);
        List<Member> result = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            result.add(members.take(component));
        }
        members.checkRest();
        return List.copyOf(result);
    }

    /** Returns a name in the C spelling. */
    static String cName(String camelCase) {
        return camelCase.replaceAll("(?<!^)(?=\\p{Upper})", "_").toLowerCase(Locale.ROOT);
    }

    private Member take(RecordComponent component) {
        String name = cName(component.getName());
        if (!open.remove(name)) {
            throw new IllegalArgumentException("component " + component.getName() + " of " + type.getSimpleName()
                    + " has no member " + name + " in " + structName());
        }
        return member(name) instanceof SequenceLayout sequence && component.getType() == List.class
                ? list(component, name, sequence)
                : member(component, component.getType(), member(name), offset(name));
    }

    private Member member(RecordComponent component, Class<?> javaType, MemoryLayout member, long at) {
        if (member instanceof UnionLayout union) {
            return member(component, javaType, union.memberLayouts().getFirst(), at);
        }
        if (member instanceof StructLayout inner && javaType.isRecord()) {
            return struct(javaType, inner, at);
        }
        if (member instanceof ValueLayout.OfLong && javaType == long.class) {
            return new Member(s -> s.get(JAVA_LONG_UNALIGNED, at), (s, v) -> s.set(JAVA_LONG_UNALIGNED, at, (long) v));
        }
        if (member instanceof ValueLayout.OfInt && javaType == int.class) {
            return new Member(s -> s.get(JAVA_INT_UNALIGNED, at), (s, v) -> s.set(JAVA_INT_UNALIGNED, at, (int) v));
        }
        if (member instanceof ValueLayout.OfShort && javaType == int.class) {
            return new Member(
                    s -> Short.toUnsignedInt(s.get(JAVA_SHORT_UNALIGNED, at)),
                    (s, v) -> s.set(JAVA_SHORT_UNALIGNED, at, (short) inRange((int) v, 0xffff)));
        }
        if (member instanceof ValueLayout.OfByte && javaType == int.class) {
            return new Member(
                    s -> Byte.toUnsignedInt(s.get(JAVA_BYTE, at)),
                    (s, v) -> s.set(JAVA_BYTE, at, (byte) inRange((int) v, 0xff)));
        }
        throw new IllegalArgumentException("component " + component.getName() + " of " + type.getSimpleName()
                + " is no Java type for member " + cName(component.getName()) + " of " + structName() + ": "
                + component.getGenericType().getTypeName() + " for " + member);
    }

    private static Member struct(Class<?> javaType, StructLayout inner, long at) {
        long size = inner.byteSize();
        Struct<?> struct = new Struct<>(javaType.asSubclass(Record.class), size, inner);
        return new Member(
                s -> struct.read(s.asSlice(at, size)), (s, v) -> struct.encode(s.asSlice(at, size), (Record) v));
    }

    private Member list(RecordComponent component, String name, SequenceLayout sequence) {
        ParameterizedType list = (ParameterizedType) component.getGenericType();
        Class<?> javaType =
                methodType((Class<?>) list.getActualTypeArguments()[0]).unwrap().returnType();
        Member element = member(component, javaType, sequence.elementLayout(), 0);
        ArrayMember array = ArrayMember.of(layout, name);
        int fixed = (int) sequence.elementCount();
        if (fixed > 0) {
            return new Member(
                    s -> array.read(s, fixed, element.get()), (s, v) -> array.fill(s, (List<?>) v, element.set()));
        }
        long count = offset(takeCount(name));
        return new Member(s -> array.read(s, s.get(JAVA_INT_UNALIGNED, count), element.get()), (s, v) -> {
            s.set(JAVA_INT_UNALIGNED, count, ((List<?>) v).size());
            array.fill(s, (List<?>) v, element.set());
        });
    }

    private String takeCount(String list) {
        for (String name : open) {
            if (COUNT.matcher(name).matches() && member(name) instanceof ValueLayout.OfInt) {
                open.remove(name);
                return name;
            }
        }
        throw new IllegalArgumentException("no member of " + structName() + " is the length of " + list);
    }

    private void checkRest() {
        for (String name : open) {
            boolean ownSize = Struct.ownSize(layout).equals(name);
            if (!ownSize && !RESERVED.matcher(name).matches() && member(name).byteSize() > 0) {
                throw new IllegalArgumentException(
                        "member " + name + " of " + structName() + " is no component of " + type.getSimpleName());
            }
        }
    }

    private MemoryLayout member(String name) {
        return layout.select(groupElement(name));
    }

    private long offset(String name) {
        return layout.byteOffset(groupElement(name));
    }

    private String structName() {
        return layout.name().orElseThrow();
    }

    private static int inRange(int value, int last) {
        if (value < 0 || value > last) {
            throw new IllegalArgumentException("value " + Hex.of(value) + " exceeds " + Hex.of(last));
        }
        return value;
    }
}
