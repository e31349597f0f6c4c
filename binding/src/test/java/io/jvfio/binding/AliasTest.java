// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jvfio.variant.Glob;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.MatchRule;
import io.jvfio.variant.Modalias;
import io.jvfio.variant.RankKey;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AliasTest {

    @Test
    void a_modalias_is_read_and_written() {
        Modalias modalias = Modalias.parse(Fixtures.CONNECTX_VF);

        assertThat(modalias.value(MatchField.VENDOR)).isEqualTo(0x15b3);
        assertThat(modalias.value(MatchField.SUBSYSTEM)).isEqualTo(0x83);
        assertThat(modalias.classCode()).isEqualTo(0x020000);
        assertThat(modalias).hasToString(Fixtures.CONNECTX_VF);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "usb:v1D6Bp0002d0612dc09dsc00dp01ic09isc00ip00in00",
                "pci:v000015B3d0000101Esv000015B3sd00000083bc02sc00",
                "pci:v000015b3d0000101Esv000015B3sd00000083bc02sc00i00",
                "pci:v*d0000101Esv000015B3sd00000083bc02sc00i00",
                "pci:v000015B3d0000101Esv000015B3sd00000083bc02sc00i00x"
            })
    void what_is_no_modalias_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Modalias.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "v*d*sv*sd*bc*sc*i*,7,0000000",
        "v000015B3d0000101Esv*sd*bc*sc*i*,5,1100000",
        "v*d*sv*sd*bc01sc08i02*,4,0000111",
        "v*d*sv*sd*bc01sc08i02,4,0000111",
        "v*d*sv*sd*bc02sc00i*,5,0000110",
        "v00008086d*sv0000103Csd*bc*sc*i*,5,1010000"
    })
    void a_rule_knows_how_closely_it_describes(String text, int wildcards, String fields) {
        RankKey key = MatchRule.parse(text).orElseThrow().key();

        assertThat(key.wildcards()).isEqualTo(wildcards);
        assertThat(key.fieldText()).isEqualTo(fields);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v*", "v[0-9]*d*sv*sd*bc*sc*i*", "v*d*sv*sd*bc*sc*i**x", "v15B3d*sv*sd*bc*sc*i*"})
    void what_has_another_form_is_no_rule(String text) {
        assertThat(MatchRule.parse(text)).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "a*c,abc,true",
        "a*c,ac,true",
        "a*c,acb,false",
        "a?c,abc,true",
        "a?c,ac,false",
        "[0-9]x,7x,true",
        "[!0-9]x,7x,false",
        "[^0-9]x,ax,true",
        "[ab-d]x,cx,true",
        "[]]x,]x,true",
        "[ax,[ax,true",
        "'\\*',*,true",
        "'\\*',a,false",
        "*a*b*c,xaxbxbxc,true",
        "*a*b*c,xaxbxbx,false",
        "**,'',true"
    })
    void a_pattern_matches_as_in_the_shell(String pattern, String text, boolean matches) {
        assertThat(Glob.matches(pattern, text)).isEqualTo(matches);
    }

    /** Property P2. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void the_pattern_and_the_fields_agree_on_what_matches(long seed) {
        Random random = new Random(seed);
        int matching = 0;
        for (int i = 0; i < 20_000; i++) {
            Modalias function = Generated.modalias(random);
            String pattern = Generated.alias(random, function);
            ModuleAlias alias = new ModuleAlias(ModuleAlias.Source.MODULES_ALIAS, pattern, "m");
            boolean byFields = alias.rule().orElseThrow().matches(function);
            assertThat(alias.matches(function)).as("%s %s", function, pattern).isEqualTo(byFields);
            matching += byFields ? 1 : 0;
        }
        assertThat(matching).isBetween(2_000, 18_000);
    }

    @Test
    void better_keys_come_first() {
        RankKey all = MatchRule.any().key();
        RankKey vendor = MatchRule.any().with(MatchField.VENDOR, 1).key();
        RankKey device = MatchRule.any().with(MatchField.DEVICE, 1).key();
        RankKey both = MatchRule.any()
                .with(MatchField.VENDOR, 1)
                .with(MatchField.DEVICE, 1)
                .key();

        assertThat(both).isLessThan(vendor);
        assertThat(vendor).isLessThan(device);
        assertThat(device).isLessThan(all);
        assertThat(all.isGeneric()).isTrue();
    }

    @Test
    void lines_of_other_buses_are_no_aliases_for_vfio() {
        assertThat(ModuleAlias.ofLine("alias pci:v*d*sv*sd*bc01sc08i02* nvme")).isNull();
        assertThat(ModuleAlias.ofLine("# Aliases extracted from modules themselves."))
                .isNull();
        assertThat(ModuleAlias.ofBuiltin("mlx5_vfio_pci.license=GPL")).isNull();
    }
}
