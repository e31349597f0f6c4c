// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ConfigRulesTest {

    private static List<Integer> offsets(CapabilityChain chain) {
        assertThat(chain.findings()).isEmpty();
        return chain.capabilities().stream().map(CapabilityHeader::offset).toList();
    }

    @Test
    void capabilities_are_linked_in_the_order_in_which_they_are_added() {
        ConfigRules.Builder rules = ConfigRules.builder(4096);
        assertThat(rules.size()).isEqualTo(4096);
        int power = rules.capability(1, 8);
        int msix = rules.capability(0x11, 12, 0x80);
        int express = rules.capability(0x10, 0x3c);
        assertThat(power).isEqualTo(0x40);
        assertThat(msix).isEqualTo(0x80);
        assertThat(express).isEqualTo(0x8c);
        VirtualConfig config = rules.build().open();
        assertThat(offsets(CapabilityChain.standard(config))).containsExactly(power, msix, express);
        assertThat(CapabilityChain.extended(config).capabilities()).isEmpty();
    }

    @Test
    void extended_capabilities_start_at_0x100() {
        ConfigRules.Builder rules = ConfigRules.builder(4096);
        assertThatThrownBy(() -> rules.extendedCapability(3, 1, 12, 0x200))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x100");
        int serial = rules.extendedCapability(3, 1, 12);
        int vendor = rules.extendedCapability(0x0b, 2, 16, 0xff0);
        int errors = rules.extendedCapability(1, 2, 0x48);
        VirtualConfig config = rules.build().open();
        assertThat(offsets(CapabilityChain.extended(config))).containsExactly(serial, vendor, errors);
        assertThat(serial).isEqualTo(0x100);
        assertThat(errors).isEqualTo(0x10c);
        assertThat(CapabilityChain.extended(config).capabilities().get(1).version())
                .isEqualTo(2);
    }

    @Test
    void a_capability_without_a_place_is_refused() {
        ConfigRules.Builder rules = ConfigRules.builder(256);
        rules.capability(9, 0x20, 0x60);
        for (int offset : new int[] {0x3c, 0x41, 0x44, 0x7c, 0xf8, -4}) {
            assertThatThrownBy(() -> rules.capability(9, 0x20, offset)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> rules.capability(9, 0x90)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rules.capability(9, 1, 0x40)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rules.capability(0x100, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ConfigRules.builder(128)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rules.value(0x40, 3, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rules.value(0xff, 2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(rules.capability(9, 0x20)).isEqualTo(0x40);
        assertThat(rules.capability(9, 0x80)).isEqualTo(0x80);
    }

    @Test
    void a_capability_is_added_to_a_copied_space_behind_those_it_has() {
        ConfigRules.Builder original = ConfigRules.builder(4096).value(0, 4, 0x11e8_1234);
        original.capability(1, 8, 0x50);
        original.value(0x54, 2, 8);
        original.capability(0x10, 0x14, 0x60);
        original.capability(5, 14, 0x40);
        original.extendedCapability(3, 1, 12);
        original.value(0x104, 4, 0xabcdef);
        VirtualConfig below = original.build().open();

        ConfigRules.Builder copy = ConfigRules.builder(below);
        int added = copy.capability(9, 0x10);
        int extended = copy.extendedCapability(0x0b, 1, 0x10);
        VirtualConfig config = copy.build().open();

        assertThat(config.read32(0)).isEqualTo(0x11e8_1234);
        assertThat(offsets(CapabilityChain.standard(config))).containsExactly(0x50, 0x60, 0x40, added);
        assertThat(offsets(CapabilityChain.extended(config))).containsExactly(0x100, extended);
        assertThat(added).isEqualTo(0x74);
        assertThat(config.read16(0x54)).isEqualTo(8);
        assertThat(config.read32(0x104)).isEqualTo(0xabcdef);
        config.write(0, 4, 0);
        assertThat(config.read32(0)).isEqualTo(0x11e8_1234);
    }

    @Test
    void a_register_table_gives_its_fields_their_rules() {
        Register register = Register.of64(
                "Wide",
                8,
                RegisterField.rw("Low", 3, 0),
                RegisterField.rw1c("Middle", 32),
                RegisterField.ro("Top", 63, 60));
        VirtualConfig config = ConfigRules.builder(256)
                .value(0x48, 4, 0xff)
                .value(0x4c, 4, -1)
                .allow(0x40, register)
                .allow(0x50, Register.of16("Narrow", 0, RegisterField.rw("All", 15, 0)))
                .build()
                .open();
        config.write(0x48, 8, 0x0000_0001_0000_0005L);
        assertThat(config.read(0x48, 8)).isEqualTo(0xffff_fffe_0000_00f5L);
        config.write(0x50, 4, -1);
        assertThat(config.read32(0x50)).isEqualTo(0xffff);
    }

    @Test
    void a_known_capability_has_the_length_and_the_access_of_its_table() {
        ConfigRules.Builder rules = ConfigRules.builder(256);
        int power = rules.knownCapability(0x01, 3);
        int narrow = rules.knownCapability(0x05, 0);
        int wide = rules.knownCapability(0x05, 0x0180);
        int features = rules.knownCapability(0x13, 0x0306);
        int after = rules.capability(9, 4);
        assertThat(List.of(power, narrow, wide, features, after)).containsExactly(0x40, 0x48, 0x54, 0x6c, 0x74);
        VirtualConfig config = rules.build().open();
        for (int offset = 0x40; offset < 0x80; offset += 4) {
            config.write(offset, 4, -1);
        }

        assertThat(config.read32(power)).isEqualTo(0x0003_4801);
        assertThat(config.read32(power + 4)).isEqualTo(0x1f03 & 0xffff);
        assertThat(config.read32(narrow)).isEqualTo(0x0471_5405);
        assertThat(config.read32(narrow + 4)).isEqualTo(-4);
        assertThat(config.read32(narrow + 8)).isEqualTo(0xffff);
        assertThat(config.read32(wide)).isEqualTo(0x05f1_6c05);
        assertThat(config.read32(wide + 8)).isEqualTo(-1);
        assertThat(config.read32(wide + 0x10)).isEqualTo(-1);
        assertThat(config.read32(wide + 0x14)).isZero();
        assertThat(config.read32(features)).isEqualTo(0x0306_7413);
        assertThat(config.read32(features + 4)).isZero();
        config.reset();
        assertThat(config.read32(power + 4)).isEqualTo(0x100);
    }

    @Test
    void a_capability_whose_registers_are_not_known_has_no_table_to_take() {
        ConfigRules.Builder rules = ConfigRules.builder(256);
        assertThatThrownBy(() -> rules.knownCapability(0x0c, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0xc");
        assertThat(rules.capability(9, 4)).isEqualTo(0x40);
    }

    @Test
    void a_header_has_the_access_of_its_table_but_for_its_addresses() {
        VirtualConfig config = ConfigRules.builder(256)
                .value(0x00, 4, 0x11e8_1234)
                .value(0x06, 2, 0xf900)
                .header()
                .build()
                .open();
        for (int offset = 0; offset < 0x40; offset += 4) {
            config.write(offset, 4, offset == 4 ? 0x0000_ffff : -1);
        }
        assertThat(config.read32(0x00)).isEqualTo(0x11e8_1234);
        assertThat(config.read32(0x04)).isEqualTo(0xf900_0777);
        assertThat(config.read32(0x0c)).isEqualTo(0xffff);
        for (int offset = 0x10; offset < 0x3c; offset += 4) {
            assertThat(config.read32(offset)).as("offset %x", offset).isZero();
        }
        assertThat(config.read32(0x3c)).isEqualTo(0xff);
        config.write(0x06, 2, 0x8100);
        assertThat(config.read16(0x06)).isEqualTo(0x7800);
    }
}
