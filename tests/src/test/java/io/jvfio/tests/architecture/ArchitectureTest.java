// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the architecture on every module. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.jvfio");

    static Stream<Arguments> rules() {
        return new Rules("io.jvfio")
                .all().entrySet().stream().map(rule -> Arguments.of(rule.getKey(), rule.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void every_module_keeps(String sentence, ArchRule rule) {
        rule.as(sentence).check(CLASSES);
    }

    @Test
    void the_classes_of_all_modules_were_read() {
        assertThat(CLASSES.stream().map(type -> type.getPackageName()))
                .contains(
                        "io.jvfio",
                        "io.jvfio.device",
                        "io.jvfio.internal.sys",
                        "io.jvfio.internal.uapi",
                        "io.jvfio.cli");
        assertThat(CLASSES.stream().filter(type -> type.getPackageName().startsWith("io.jvfio.tests.")))
                .as("test classes")
                .isEmpty();
    }

    @Test
    void the_list_of_restricted_methods_is_the_JDKs() {
        assertThat(RestrictedMethods.ofThisJdk()).containsExactlyInAnyOrderElementsOf(RestrictedMethods.NAMES);
    }
}
