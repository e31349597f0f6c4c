// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds every record against the golden file with random bytes: each component is decoded from and encoded to the field
 * whose name it has, and everything else is zeroed.
 */
class StructRoundTripTest {
    private static final Pattern RESERVED = Pattern.compile("__reserved2?|reserved|(__)?pad");

    /** A member of each union that is a component. */
    private static final Map<String, Map<String, String>> UNIONS = Map.of(
            "vfio_device_gfx_plane_info", Map.of("location", "dmabufId"),
            "iommu_hw_info", Map.of("dataType", "outDataType"),
            "vfio_pci_dependent_device", Map.of("id", "groupId"));

    /** Elements in an array whose length a field of the struct tells. */
    private static final int ELEMENTS = 3;

    static Stream<Arguments> structs() {
        List<Class<?>> records = UapiClasses.structs();
        return Seeds.of(5).boxed().flatMap(seed -> records.stream().map(type -> Arguments.of(type, seed)));
    }

    @ParameterizedTest
    @MethodSource("structs")
    void a_record_survives_encoding_and_has_each_component_in_its_own_field(Class<?> type, long seed) throws Exception {
        StructLayout layout = UapiClasses.layout(type).orElseThrow();
        Golden.Struct golden =
                Objects.requireNonNull(Golden.structs().get(layout.name().orElseThrow()));
        MemorySegment source = randomStruct(type, layout, golden, new Random(seed));

        Struct<?> struct = UapiClasses.struct(type).orElseThrow();
        Object record = struct.read(source);
        MemorySegment target =
                MemorySegment.ofArray(new byte[(int) source.byteSize()]).fill((byte) 0xff);
        invoke(Struct.class.getMethod("fill", MemorySegment.class, Record.class), struct, target, record);

        assertThat((Object) struct.read(target)).isEqualTo(record);
        Map<String, Golden.Field> fields = topLevel(golden);
        Set<Long> written = assertComponents(type, record, fields, source, target);
        for (Golden.Field field : fields.values()) {
            if (RESERVED.matcher(field.path()).matches()) {
                assertThat(target.asSlice(field.offset(), field.size()).toArray(JAVA_BYTE))
                        .as(field.path())
                        .containsOnly(0);
            } else if (isArgsz(field)) {
                assertThat(Argsz.of(target))
                        .as(field.path())
                        .isEqualTo(field.path().equals("size") ? layout.byteSize() : target.byteSize());
            } else if (!written.contains(field.offset())) {
                assertThat(field.size() == 0 || isCount(type, field))
                        .as(field + " is in no component")
                        .isTrue();
            }
        }
        assertPaddingIsZero(golden, layout, target);
    }

    /** Returns the offsets of the fields that are components. */
    private static Set<Long> assertComponents(
            Class<?> type, Object record, Map<String, Golden.Field> fields, MemorySegment source, MemorySegment target)
            throws Exception {
        Map<String, Golden.Field> byComponent = new HashMap<>();
        fields.forEach((path, field) -> byComponent.put(camelCase(path), field));
        String struct = UapiClasses.layout(type).orElseThrow().name().orElseThrow();
        Set<Long> written = new HashSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = UNIONS.getOrDefault(struct, Map.of()).getOrDefault(component.getName(), component.getName());
            Golden.Field field = byComponent.get(name);
            assertThat(field)
                    .as(type.getSimpleName() + "." + component.getName())
                    .isNotNull();
            written.add(field.offset());
            Object value = invoke(component.getAccessor(), record);
            if (value instanceof Number number) {
                assertThat(number.longValue())
                        .as(field.path())
                        .isEqualTo(scalar(source, field))
                        .isEqualTo(scalar(target, field));
            } else if (value instanceof List<?> list && !list.isEmpty() && list.getFirst() instanceof Number) {
                assertElements(field, list, source, target);
            } else {
                long size = value instanceof List<?> list ? list.size() * 16L : field.size();
                assertThat(source.asSlice(field.offset(), size).mismatch(target.asSlice(field.offset(), size)))
                        .as(field.path())
                        .isEqualTo(-1);
            }
        }
        return written;
    }

    private static void assertElements(Golden.Field field, List<?> list, MemorySegment source, MemorySegment target) {
        long size = field.type().endsWith("64") ? 8 : 4;
        for (int i = 0; i < list.size(); i++) {
            Golden.Field element =
                    new Golden.Field(field.path() + "[" + i + "]", field.offset() + i * size, size, field.type());
            assertThat(((Number) list.get(i)).longValue())
                    .as(element.path())
                    .isEqualTo(scalar(source, element))
                    .isEqualTo(scalar(target, element));
        }
    }

    private static MemorySegment randomStruct(Class<?> type, StructLayout layout, Golden.Struct golden, Random random) {
        byte[] bytes = new byte[(int) layout.byteSize() + ELEMENTS * 16];
        random.nextBytes(bytes);
        MemorySegment struct = MemorySegment.ofArray(bytes);
        for (Golden.Field field : topLevel(golden).values()) {
            if (isCount(type, field)) {
                struct.set(JAVA_INT_UNALIGNED, field.offset(), ELEMENTS);
            }
        }
        return struct;
    }

    /** Whether a field only tells how long the list in the record is. */
    private static boolean isCount(Class<?> type, Golden.Field field) {
        List<RecordComponent> components = List.of(type.getRecordComponents());
        return field.path().matches("count|nr_.*")
                && components.stream().anyMatch(component -> component.getType() == List.class)
                && components.stream()
                        .noneMatch(component -> component.getName().equals(camelCase(field.path())));
    }

    private static boolean isArgsz(Golden.Field field) {
        return field.offset() == 0 && field.path().matches("argsz|size");
    }

    private static void assertPaddingIsZero(Golden.Struct golden, StructLayout layout, MemorySegment target) {
        boolean[] named = new boolean[(int) layout.byteSize()];
        for (Golden.Field field : golden.fields()) {
            Arrays.fill(
                    named,
                    (int) Math.min(field.offset(), named.length),
                    (int) Math.min(field.offset() + field.size(), named.length),
                    true);
        }
        for (int i = 0; i < named.length; i++) {
            assertThat(named[i] || target.get(JAVA_BYTE, i) == 0)
                    .as("padding at " + i)
                    .isTrue();
        }
    }

    private static long scalar(MemorySegment struct, Golden.Field field) {
        return switch (field.type()) {
            case "__u8" -> Byte.toUnsignedLong(struct.get(JAVA_BYTE, field.offset()));
            case "__u16" -> Short.toUnsignedLong(struct.get(JAVA_SHORT_UNALIGNED, field.offset()));
            case "__u32", "__s32" -> struct.get(JAVA_INT_UNALIGNED, field.offset());
            case "__u64", "__u64 *" -> struct.get(JAVA_LONG_UNALIGNED, field.offset());
            default -> throw new IllegalStateException(field.toString());
        };
    }

    private static Map<String, Golden.Field> topLevel(Golden.Struct golden) {
        return golden.fields().stream()
                .filter(field -> !field.path().contains("."))
                .collect(Collectors.toMap(Golden.Field::path, field -> field));
    }

    private static String camelCase(String path) {
        StringBuilder name = new StringBuilder();
        for (String word : path.split("_", -1)) {
            name.append(
                    name.isEmpty() || word.isEmpty()
                            ? word
                            : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }

    private static Object invoke(Method method, Object target, Object... arguments) throws Exception {
        method.setAccessible(true);
        return method.invoke(target, arguments);
    }
}
