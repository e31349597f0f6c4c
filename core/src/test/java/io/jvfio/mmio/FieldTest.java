// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldTest {

    @ParameterizedTest
    @CsvSource({"0,0,0x1", "31,31,0x80000000", "63,63,0x8000000000000000", "11,8,0xf00", "63,0,0xffffffffffffffff"})
    void a_mask_has_the_fields_bits(int high, int low, String mask) {
        assertThat(Field.bits(high, low).mask()).isEqualTo(Long.parseUnsignedLong(mask.substring(2), 16));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_field_of_any_place_comes_back_as_it_was_set_and_leaves_the_rest(long seed) {
        Random random = new Random(seed);
        for (int high = 0; high < 64; high++) {
            for (int low = 0; low <= high; low++) {
                Field field = Field.bits(high, low);
                long register = random.nextLong();
                long value = random.nextLong() & field.max();
                long changed = field.set(register, value);
                assertThat(field.of(changed)).isEqualTo(value);
                assertThat((changed ^ register) & ~field.mask()).isZero();
                assertThat(field.isSet(changed)).isEqualTo(value != 0);
                if (high < 32) {
                    int narrow = field.set((int) register, (int) value);
                    assertThat(field.of(narrow)).isEqualTo((int) value);
                    assertThat((narrow ^ (int) register) & ~(int) field.mask()).isZero();
                    assertThat(field.isSet(narrow)).isEqualTo(value != 0);
                }
            }
        }
    }

    @Test
    void a_value_with_more_bits_than_the_field_is_refused() {
        assertThatThrownBy(() -> Field.bits(11, 8).set(0, 0x10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("value 0x10 has more bits than field [11:8]");
        assertThatThrownBy(() -> Field.bits(11, 8).set(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Field.bit(3).set(0L, 2L)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Field.bits(31, 0).set(0, -1)).isEqualTo(-1);
        assertThat(Field.bits(63, 0).set(0L, -1L)).isEqualTo(-1L);
    }

    @Test
    void a_field_above_bit_31_is_no_part_of_a_32_bit_register() {
        Field high = Field.bits(32, 31);
        assertThatThrownBy(() -> high.of(0)).hasMessage("field [32:31] is no part of a 32-bit register");
        assertThatThrownBy(() -> high.set(0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> high.isSet(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(high.of(0x180000000L)).isEqualTo(3);
    }

    @Test
    void bits_in_the_wrong_order_or_outside_are_no_field() {
        assertThatThrownBy(() -> Field.bits(3, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Field.bits(64, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Field.bit(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_register_has_a_place_that_its_width_divides() {
        assertThat(Register64.at(8).offset()).isEqualTo(8);
        assertThatThrownBy(() -> Register64.at(4)).hasMessage("no 64-bit register at 0x4");
        assertThatThrownBy(() -> Register32.at(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Register16.at(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Register8.at(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_bank_gives_the_offset_of_each_of_its_registers_and_no_other() {
        RegisterBank tails = new RegisterBank(0x3818, 0x40, 4);
        assertThat(tails.offset(0)).isEqualTo(0x3818);
        assertThat(tails.offset(3)).isEqualTo(0x38d8);
        assertThatThrownBy(() -> tails.offset(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> tails.offset(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new RegisterBank(8, Long.MAX_VALUE / 2, 3))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
