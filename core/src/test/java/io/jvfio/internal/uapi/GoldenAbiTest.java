// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.UnionLayout;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares every layout, ioctl and constant of the package with what a C compiler says of the kernel's headers, in both
 * directions: nothing is missing here that is not excluded below, and nothing is here that the headers lack.
 */
class GoldenAbiTest {
    /** Structs that no PCI or mdev device can use, with the reason. */
    private static final Map<String, String> OTHER_STRUCTS = Map.of(
            "vfio_iommu_spapr_.*", "sPAPR, the IOMMU of POWER",
            "vfio_eeh_.*", "error handling of POWER",
            "vfio_device_migration_info", "version 1 of migration, replaced by VFIO_DEVICE_FEATURE");

    /** Constants that no PCI or mdev device can use, and those that are no numbers, with the reason. */
    private static final Map<String, String> OTHER_CONSTANTS = Map.ofEntries(
            entry("VFIO_DEVICE_API_.*_STRING", "strings, of which the file has the address"),
            entry("VFIO_SPAPR_.*", "sPAPR"),
            entry("VFIO_IOMMU_SPAPR_.*", "sPAPR"),
            entry("VFIO_IOMMU_(ENABLE|DISABLE)", "sPAPR, the only IOMMU that implements them"),
            entry("VFIO_EEH.*", "error handling of POWER"),
            entry("__VFIO_RESERVED_TYPE1_NESTING_IOMMU", "a number that is not to be used again"),
            entry("VFIO_CCW_.*", "channel I/O"),
            entry("VFIO_REGION_(SUB)?TYPE_CCW.*", "channel I/O"),
            entry("VFIO_AP_.*", "adjunct processors"),
            entry("VFIO_REGION_(SUB)?TYPE_MIGRATION_DEPRECATED", "version 1 of migration"),
            entry("VFIO_DEVICE_STATE_(V1_.*|MASK)", "version 1 of migration"));

    private static final Map<String, Class<?>> RECORDS = UapiClasses.structs().stream()
            .collect(Collectors.toMap(
                    type -> UapiClasses.layout(type).orElseThrow().name().orElseThrow(), type -> type));

    private static final Map<String, Object> CONSTANTS = new TreeMap<>(
            UapiClasses.constants().stream().collect(Collectors.toMap(Field::getName, UapiClasses::value)));

    static Stream<Golden.Struct> goldenStructs() {
        return Golden.structs().values().stream()
                .filter(struct -> OTHER_STRUCTS.keySet().stream().noneMatch(struct.name()::matches));
    }

    static Stream<String> goldenConstants() {
        return Golden.constants().keySet().stream()
                .filter(name -> OTHER_CONSTANTS.keySet().stream().noneMatch(name::matches));
    }

    @ParameterizedTest
    @MethodSource("goldenStructs")
    void a_record_has_the_layout_of_its_struct(Golden.Struct struct) {
        assertThat(RECORDS).containsKey(struct.name());
        StructLayout layout = UapiClasses.layout(RECORDS.get(struct.name())).orElseThrow();

        Map<String, Golden.Field> ours = new LinkedHashMap<>();
        flatten(layout, "", 0, ours);
        Map<String, Golden.Field> golden = struct.fields().stream()
                .collect(Collectors.toMap(
                        Golden.Field::path,
                        field -> new Golden.Field(field.path(), field.offset(), field.size(), carrier(field.type()))));

        assertThat(ours).containsExactlyInAnyOrderEntriesOf(golden);
        assertThat(layout.byteSize()).isEqualTo(struct.size());
    }

    @ParameterizedTest
    @MethodSource("goldenConstants")
    void a_constant_has_the_number_of_the_header(String name) {
        assertThat(CONSTANTS).containsKey(name);
        Object constant = CONSTANTS.get(name);
        long value;
        if (constant instanceof Ioctl ioctl) {
            assertThat(ioctl.name()).isEqualTo(name);
            value = ioctl.number();
        } else {
            value = ((Number) constant).longValue();
        }
        assertThat(value).isEqualTo(Golden.constants().get(name));
    }

    @Test
    void every_record_stands_for_a_struct_of_the_headers_and_is_named_after_it() {
        assertThat(RECORDS.keySet())
                .isSubsetOf(goldenStructs().map(Golden.Struct::name).toList());
        assertThat(RECORDS)
                .allSatisfy((name, type) -> assertThat(type.getSimpleName()).isEqualTo(javaName(name)));
        assertThat(RECORDS).hasSameSizeAs(UapiClasses.structs());
    }

    @Test
    void every_number_that_is_not_private_stands_in_the_headers() {
        assertThat(CONSTANTS.keySet()).isSubsetOf(goldenConstants().toList());
    }

    @Test
    void no_header_name_is_defined_twice() {
        List<Field> fields = UapiClasses.constants();
        assertThat(fields).extracting(Field::getName).doesNotHaveDuplicates();
    }

    @Test
    void the_exclusions_exclude_something_and_not_everything() {
        assertThat(OTHER_STRUCTS.keySet())
                .allMatch(regex -> Golden.structs().keySet().stream().anyMatch(name -> name.matches(regex)));
        assertThat(OTHER_CONSTANTS.keySet())
                .allMatch(regex -> Golden.constants().keySet().stream().anyMatch(name -> name.matches(regex)));
        assertThat(goldenStructs()).hasSizeGreaterThan(80);
        assertThat(goldenConstants()).hasSizeGreaterThan(220);
    }

    private static String javaName(String structName) {
        return Stream.of(structName.split("_"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** Lists members as the golden file does: nested ones with their path, those of unnamed unions as the struct's own. */
    private static void flatten(MemoryLayout layout, String prefix, long base, Map<String, Golden.Field> into) {
        if (layout instanceof SequenceLayout sequence) {
            flatten(sequence.elementLayout(), prefix, base, into);
        } else if (layout instanceof GroupLayout group) {
            long offset = base;
            for (MemoryLayout member : group.memberLayouts()) {
                String path = prefix;
                if (member.name().isPresent() && !(member instanceof UnionLayout)) {
                    path = prefix + member.name().get();
                    into.put(path, new Golden.Field(path, offset, member.byteSize(), carrier(member)));
                    path += ".";
                } else {
                    assertThat(member)
                            .as("only padding has no name, and unions have none in C")
                            .isInstanceOfAny(PaddingLayout.class, UnionLayout.class);
                }
                flatten(member, path, offset, into);
                offset += group instanceof StructLayout ? member.byteSize() : 0;
            }
        }
    }

    private static String carrier(MemoryLayout layout) {
        MemoryLayout scalar = layout instanceof SequenceLayout sequence ? sequence.elementLayout() : layout;
        return scalar instanceof ValueLayout value ? value.carrier().getName() : "";
    }

    private static String carrier(String type) {
        return switch (type) {
            case "" -> "";
            case "__u8" -> "byte";
            case "__u16" -> "short";
            case "__u32", "__s32" -> "int";
            case "__u64", "__u64 *" -> "long";
            default -> throw new IllegalStateException("type " + type);
        };
    }
}
