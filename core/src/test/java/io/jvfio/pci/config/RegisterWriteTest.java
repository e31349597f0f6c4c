// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written so that one field changes and nothing else happens. */
class RegisterWriteTest {
    private static final int EVERY_STANDARD = 0x15;
    private static final int EVERY_EXTENDED = 0x3a;

    @Test
    void enabling_one_thing_leaves_errors_to_be_seen() {
        RegisterValue status = register("DevSta", 0x4a, 0x000f);

        // Bits 0 to 3 are cleared by writing 1.
        assertThat(status.field("UnsupReq").changed(0x000f, 1)).isEqualTo(0x0008);
        assertThat(status.field("UnsupReq").changed(0x000f, 0)).isZero();
    }

    @Test
    void reserved_bits_stay_as_they_are_or_become_zero_as_the_register_asks() {
        assertThat(register("LnkCtl", 0x50, 0).field("CommClk").changed(0x0004, 1))
                .isEqualTo(0x0044);
        assertThat(register("DevSta", 0x4a, 0).field("CorrErr").changed(0xff80, 1))
                .isEqualTo(0x0001);
    }

    @Test
    void an_action_is_not_started_along_with_another_field() {
        RegisterValue control = register("DevCtl", 0x48, 0);

        assertThat(control.field("MaxReadReq").changed(0xa810, 5)).isEqualTo(0x5810);
        assertThat(control.field("FLReset").changed(0x2810, 1)).isEqualTo(0xa810);
    }

    @Test
    void what_cannot_be_written_is_refused() {
        RegisterValue capability = register("DevCap", 0x44, 0);
        RegisterValue control = register("DevCtl", 0x48, 0);

        assertThatThrownBy(() -> capability.field("ExtTag").changed(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("field ExtTag[5] RO of register DevCap cannot be written");
        assertThatThrownBy(() -> control.field("MaxReadReq").changed(0, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x8");
        assertThatThrownBy(() -> control.field("maxReadReq"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxReadReq")
                .hasMessageContaining("MaxReadReq");
    }

    /** Every field of every register of every capability, on any value. */
    @ParameterizedTest
    @ValueSource(longs = {1, 20261124, -3})
    void a_write_of_any_field_keeps_to_the_rules(long seed) {
        Random random = new Random(seed);
        int writable = 0;
        for (RegisterValue value : everything()) {
            for (FieldValue field : value.fields()) {
                if (!field.field().access().writable()) {
                    continue;
                }
                writable++;
                long current = random.nextLong()
                        & -1L >>> Long.SIZE - 8 * value.register().width();
                long wanted = random.nextLong() & field.field().bits().max();
                check(value.register(), field.field(), current, wanted, field.changed(current, wanted));
            }
        }
        assertThat(writable).isGreaterThan(500);
    }

    private static void check(Register register, RegisterField field, long current, long wanted, long written) {
        long rest = -1L >>> Long.SIZE - 8 * register.width();
        for (RegisterField other : register.fields()) {
            rest &= ~other.bits().mask();
            long expected = other.equals(field)
                    ? wanted
                    : other.access().triggered() ? 0 : other.bits().of(current);
            assertThat(other.bits().of(written))
                    .as("%s when %s is written", other, field)
                    .isEqualTo(expected);
        }
        assertThat(written & rest).isEqualTo(register.reservedZero() ? 0 : current & rest);
    }

    /** All registers that decoding all capabilities finds. */
    private static List<RegisterValue> everything() {
        List<RegisterValue> all = new ArrayList<>();
        for (int id = 0; id <= EVERY_STANDARD; id++) {
            ConfigContents contents = new ImageBuilder(256)
                    .list(0x40)
                    .put(0x40, 2, id)
                    .put(0x42, 2, 0x0142)
                    .decode();
            all.addAll(contents.header());
            contents.capabilities().forEach(capability -> all.addAll(capability.registers()));
        }
        for (int id = 1; id <= EVERY_EXTENDED; id++) {
            ConfigContents contents = ImageBuilder.express(2)
                    .put(0x42, 2, 0x42)
                    .put(0x100, 4, 0x20000 | id)
                    .put(0x104, 4, 0xff)
                    .decode();
            contents.capabilities().forEach(capability -> all.addAll(capability.registers()));
        }
        return all;
    }

    private static RegisterValue register(String name, int offset, long value) {
        RegisterValue found = ImageBuilder.express(1)
                .put(offset, 2, value)
                .decode()
                .capabilities()
                .getFirst()
                .register(name);
        assertThat(found.offset()).isEqualTo(offset);
        return found;
    }
}
