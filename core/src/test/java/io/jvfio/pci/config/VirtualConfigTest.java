// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class VirtualConfigTest {
    private final ConfigRules.Builder rules = ConfigRules.builder(256);

    @Test
    void a_bit_without_a_rule_is_read_only_and_0() {
        VirtualConfig config = rules.build().open();
        config.write(0x40, 4, -1);
        assertThat(config.read(0x40, 4)).isZero();
        assertThat(config.size()).isEqualTo(256);
        assertThat(config.rules().size()).isEqualTo(256);
    }

    @Test
    void each_kind_of_bit_follows_its_rule() {
        VirtualConfig config = rules.value(0x40, 4, 0x00ff_00ff)
                .allow(0x40, 4, 0x0000_000f, FieldAccess.RW)
                .allow(0x40, 4, 0x00f0_0000, FieldAccess.RW1C)
                .allow(0x40, 4, 0x0f00_0000, FieldAccess.RW1S)
                .build()
                .open();
        config.write(0x40, 4, 0x0f50_fff3);
        assertThat(config.read32(0x40)).isEqualTo(0x00af_00f3);
    }

    @Test
    void a_later_rule_replaces_an_earlier_one() {
        VirtualConfig config = rules.value(0x40, 1, 0xff)
                .allow(0x40, 1, 0xff, FieldAccess.RW1C)
                .allow(0x40, 1, 0x0f, FieldAccess.RW)
                .allow(0x40, 1, 0x03, FieldAccess.RO)
                .build()
                .open();
        config.write(0x40, 1, 0x10);
        assertThat(config.read8(0x40)).isEqualTo(0xe3);
    }

    @Test
    void a_reset_spares_what_is_sticky() {
        VirtualConfig config = rules.value(0x40, 4, 0x11111111)
                .allow(0x40, 4, -1, FieldAccess.RW)
                .allow(0x40, 4, 0xff, FieldAccess.RWS)
                .allow(0x40, 4, 0xf000, FieldAccess.RW1CS)
                .build()
                .open();
        config.write(0x40, 4, 0x5555_1555);
        config.reset();
        assertThat(config.read32(0x40)).isEqualTo(0x1111_0155);
    }

    @Test
    void registers_of_any_width_and_alignment_are_little_endian() {
        VirtualConfig config = rules.allow(0x40, 4, -1, FieldAccess.RW)
                .allow(0x44, 4, -1, FieldAccess.RW)
                .allow(0x48, 4, -1, FieldAccess.RW)
                .build()
                .open();
        byte[] model = new byte[12];
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            int width = 1 << random.nextInt(4);
            int at = random.nextInt(model.length - width + 1);
            long value = random.nextLong();
            config.write(0x40 + at, width, value);
            for (int b = 0; b < width; b++) {
                model[at + b] = (byte) (value >>> 8 * b);
            }
            int readWidth = 1 << random.nextInt(4);
            int readAt = random.nextInt(model.length - readWidth + 1);
            long expected = 0;
            for (int b = 0; b < readWidth; b++) {
                expected |= (model[readAt + b] & 0xffL) << 8 * b;
            }
            assertThat(config.read(0x40 + readAt, readWidth)).isEqualTo(expected);
        }
    }

    @Test
    void an_access_outside_is_refused() {
        VirtualConfig config = rules.build().open();
        for (long offset : new long[] {-1, 253, 256, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> config.read(offset, 4)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> config.write(offset, 4, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> config.read(0, 3)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_owner_changes_bits_that_others_cannot() {
        VirtualConfig config = rules.value(0x40, 4, 0xff).build().open();
        config.update(0x41, 2, 0x0ff0, 0x1234);
        assertThat(config.read32(0x40)).isEqualTo(0x0002_30ff);
        assertThat(config.read16(0x41)).isEqualTo(0x0230);
    }

    @Test
    void a_hook_sees_each_word_of_a_write_and_has_the_last_say() {
        List<String> seen = new ArrayList<>();
        ConfigHook hook = new ConfigHook() {
            @Override
            public int read(int offset, int value) {
                return offset == 0x44 ? value | 1 << 31 : value;
            }

            @Override
            public int written(int offset, int before, int after, int started) {
                seen.add("%x: %x -> %x, %x".formatted(offset, before, after, started));
                return after | 0x10;
            }
        };
        VirtualConfig config = rules.allow(0x40, 4, 0xffff, FieldAccess.RW)
                .allow(0x42, 2, 0x8000, FieldAccess.RW1S)
                .allow(0x44, 4, 0xff, FieldAccess.RW)
                .hook(0x40, 8, hook)
                .build()
                .open();
        config.write(0x42, 4, 0x0007_8000);
        assertThat(seen).containsExactly("40: 0 -> 0, 80000000", "44: 0 -> 7, 0");
        assertThat(config.read32(0x40)).isEqualTo(0x10);
        assertThat(config.read32(0x44)).isEqualTo(0x8000_0017);
    }

    @Test
    void a_hook_that_says_nothing_changes_nothing() {
        VirtualConfig config = rules.allow(0x40, 4, -1, FieldAccess.RW)
                .hook(0x40, 4, new ConfigHook() {})
                .build()
                .open();
        config.write(0x40, 4, 0x1234);
        assertThat(config.read32(0x40)).isEqualTo(0x1234);
        assertThat(config.toString()).contains("0x100");
    }

    @Test
    void a_word_has_one_hook() {
        rules.hook(0x40, 4, new ConfigHook() {});
        assertThatThrownBy(() -> rules.hook(0x42, 1, new ConfigHook() {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0x40");
        assertThatThrownBy(() -> rules.hook(0xfe, 4, new ConfigHook() {}))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void rules_do_not_change_with_their_builder() {
        ConfigRules first = rules.value(0x40, 2, 7).build();
        rules.value(0x40, 2, 8).allow(0x40, 1, 0xff, FieldAccess.RW);
        assertThat(first.open().read16(0x40)).isEqualTo(7);
        assertThat(first.toString()).contains(" 0 writable bits");
        assertThat(rules.build().toString()).contains(" 8 writable bits");
    }
}
