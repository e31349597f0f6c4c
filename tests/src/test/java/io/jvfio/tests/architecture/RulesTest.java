// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule catches what it is for: a small offender for every one of them. */
class RulesTest {
    private static final String ROOT = "io.jvfio.tests.architecture.violations";
    private static final JavaClasses OFFENDERS = new ClassFileImporter().importPackages(ROOT);
    private static final Map<String, ArchRule> RULES = new Rules(ROOT, Set.of(ROOT + ".device", ROOT + ".mmio")).all();

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "restricted methods are called in internal.sys alone | mmio.CallsRestrictedMethod",
                "native-order layouts are used in internal.uapi and internal.sys alone | mmio.ReadsInNativeOrder",
                "no arena without an end | mmio.NeverFrees",
                "each kind of file is mapped by one class | device.MapsFile",
                "internal.sys depends on the root package at most | internal.sys.DependsOnContract",
                "internal.uapi depends on internal.sys, the root package and the words of VFIO at most | internal.uapi.DependsOnContract",
                "internal.uapi is used by those who speak the kernel's structs | device.DependsOnUapi",
                "the kernel carriers are named in the root package at most | device.DependsOnCarrier",
                "the contract does not depend on what is built on it | device.DependsOnPci",
                "core has no dependency | device.DependsOnLibrary",
                "the API shows types that its callers can name | device.ShowsInternalType",
                "packages are free of cycles | pci",
                "a library does not print | mmio.Prints",
                "a library keeps no state in static fields | mmio.KeepsState",
                "accessors have no get prefix | mmio.HasGetter",
            })
    void a_rule_catches_its_offender_and_nobody_else(String sentence, String offender) {
        var result = RULES.get(sentence).evaluate(OFFENDERS);

        assertThat(result.getFailureReport().getDetails())
                .isNotEmpty()
                .allSatisfy(detail -> assertThat(detail).contains(ROOT + "." + offender));
    }

    @Test
    void a_type_that_is_not_public_is_not_shown_either() {
        var result = RULES.get("the API shows types that its callers can name").evaluate(OFFENDERS);

        assertThat(result.getFailureReport().getDetails())
                .anySatisfy(detail -> assertThat(detail).contains("hidden()"));
    }

    @Test
    void every_rule_has_its_offender() throws NoSuchMethodException {
        var cases = RulesTest.class
                .getDeclaredMethod("a_rule_catches_its_offender_and_nobody_else", String.class, String.class)
                .getAnnotation(CsvSource.class);

        assertThat(RULES.keySet()).hasSize(cases.value().length);
    }
}
