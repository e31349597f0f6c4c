// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

/** What holds for the tests of every module. */
class TestClassesTest {
    private static final Set<String> MARKS_OF_A_TEST = Set.of(
            "org.junit.jupiter.api.Test",
            "org.junit.jupiter.api.RepeatedTest",
            "org.junit.jupiter.api.TestFactory",
            "org.junit.jupiter.params.ParameterizedTest");

    private static final JavaClasses TESTS = new ClassFileImporter().importPaths(Repository.testClasses());

    @Test
    void a_class_with_tests_has_a_name_that_a_runner_looks_for() {
        classes()
                .that(DescribedPredicate.describe("have tests", TestClassesTest::hasTests))
                .should()
                .haveNameMatching(".*(Test|KernelIT|Contract)(\\$.*)?")
                .check(TESTS);
    }

    @Test
    void no_test_sleeps() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .because("a test waits for the event, with a time-out")
                .check(TESTS);
    }

    @Test
    void no_test_is_disabled() {
        noMethods().should().beAnnotatedWith(Disabled.class).check(TESTS);
        noClasses().should().beAnnotatedWith(Disabled.class).check(TESTS);
    }

    private static boolean hasTests(JavaClass type) {
        return type.getMethods().stream()
                .flatMap(method -> method.getAnnotations().stream())
                .anyMatch(annotation ->
                        MARKS_OF_A_TEST.contains(annotation.getRawType().getName()));
    }
}
