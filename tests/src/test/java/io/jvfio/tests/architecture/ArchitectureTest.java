// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
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
        return new Rules("io.jvfio", exported())
                .all().entrySet().stream().map(rule -> Arguments.of(rule.getKey(), rule.getValue()));
    }

    /** What the modules on the class path export to all. */
    private static Set<String> exported() {
        Path[] ours = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(entry -> entry.startsWith(Repository.ROOT) && !entry.endsWith("tests/target/test-classes"))
                .toArray(Path[]::new);
        return ModuleFinder.of(ours).findAll().stream()
                .flatMap(module -> module.descriptor().exports().stream())
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
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
    void the_exported_packages_were_read() {
        assertThat(exported())
                .contains("io.jvfio", "io.jvfio.device", "io.jvfio.testkit", "io.jvfio.driver.nvme.spec")
                .doesNotContain("io.jvfio.internal.sys");
    }

    @Test
    void the_list_of_restricted_methods_is_the_JDKs() {
        assertThat(RestrictedMethods.ofThisJdk()).containsExactlyInAnyOrderElementsOf(RestrictedMethods.NAMES);
    }
}
