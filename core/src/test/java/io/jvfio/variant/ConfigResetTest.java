// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.VfioDevice;
import io.jvfio.pci.config.FieldAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Resets that arrive as writes to config space. */
class ConfigResetTest {
    private static final int CONFIG = PlainFunction.CONFIG;
    private static final int POWER = 0x40;
    private static final int EXPRESS = 0x50;
    private static final int AF = 0xa0;
    private static final int CONTROL = POWER + 4;

    private final PlainFunction below = new PlainFunction();
    private final List<String> resets = new ArrayList<>();

    ConfigResetTest() {
        below.put(0x34, 1, POWER)
                .capability(POWER, 1, EXPRESS)
                .capability(EXPRESS, 0x10, AF)
                .capability(AF, 0x13, 0);
        below.put(EXPRESS + 2, 2, 2)
                .put(EXPRESS + 4, 4, 1 << 28)
                .put(AF + 2, 1, 6)
                .put(AF + 3, 1, 3);
    }

    private final class Storey extends VariantDevice {
        private final String name;

        Storey(VfioDevice lower, String name, ConfigOverlay overlay) {
            super(lower, Additions.none().withOverlay(overlay));
            this.name = name;
        }

        @Override
        protected void wasReset(ResetCause cause) {
            resets.add(name + " " + cause);
        }
    }

    private VfioDevice storey() {
        return new Storey(below, "one", ConfigOverlay.none());
    }

    @Test
    void function_level_resets_are_seen_in_writes_of_every_shape() {
        VfioDevice device = storey();
        device.writeRegister(CONFIG, EXPRESS + 8, 2, 0x8000);
        device.writeRegister(CONFIG, EXPRESS + 9, 1, 0x80);
        device.writeRegister(CONFIG, EXPRESS + 8, 4, 0x8000);
        device.writeRegister(CONFIG, EXPRESS + 6, 4, 0x8000_0000L);
        device.writeRegister(CONFIG, EXPRESS + 2, 8, 0x80L << 56);
        device.modifyRegister(CONFIG, EXPRESS + 8, 2, 0x8000, 0x8000);
        below.put(EXPRESS + 8, 2, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(3);
            bytes.set(ValueLayout.JAVA_BYTE, 2, (byte) 0x80);
            device.write(CONFIG, EXPRESS + 7, bytes);
        }
        assertThat(resets).hasSize(7).containsOnly("one EXPRESS_FLR");
        resets.clear();
        below.put(EXPRESS + 8, 2, 0);
        device.writeRegister(CONFIG, EXPRESS + 8, 2, 0x7fff);
        device.writeRegister(CONFIG, EXPRESS + 10, 2, 0x8000);
        device.modifyRegister(CONFIG, EXPRESS + 8, 2, 0x7fff, 0xffff);
        assertThat(resets).isEmpty();
        device.writeRegister(CONFIG, AF + 4, 1, 1);
        device.writeRegister(CONFIG, AF + 2, 4, 1 << 16);
        device.writeRegister(CONFIG, AF + 4, 1, 2);
        assertThat(resets).containsExactly("one AF_FLR", "one AF_FLR");
    }

    @Test
    void a_function_that_cannot_be_reset_like_this_is_not() {
        below.put(EXPRESS + 4, 4, 0).put(AF + 3, 1, 1);
        VfioDevice device = storey();
        device.writeRegister(CONFIG, EXPRESS + 8, 2, 0x8000);
        device.writeRegister(CONFIG, AF + 4, 1, 1);
        assertThat(resets).isEmpty();
    }

    @Test
    void waking_from_D3hot_is_a_reset_where_it_resets() {
        VfioDevice device = storey();
        device.writeRegister(CONFIG, CONTROL, 2, 3);
        device.writeRegister(CONFIG, CONTROL, 2, 3);
        assertThat(resets).isEmpty();
        device.writeRegister(CONFIG, CONTROL, 2, 0);
        device.writeRegister(CONFIG, CONTROL, 2, 0);
        assertThat(resets).containsExactly("one POWER");
        device.writeRegister(CONFIG, CONTROL, 2, 2);
        device.writeRegister(CONFIG, CONTROL, 2, 0);
        assertThat(resets).as("from D2 it does not").hasSize(1);
        device.modifyRegister(CONFIG, CONTROL, 2, 3, 3);
        device.modifyRegister(CONFIG, CONTROL, 2, 0x8000, 0x8000);
        device.writeRegister(CONFIG, CONTROL, 2, 1);
        below.put(CONTROL, 2, 3);
        device.modifyRegister(CONFIG, CONTROL, 2, 3, 0);
        assertThat(resets).as("from D3hot it goes to D0 alone").hasSize(2);
    }

    @Test
    void waking_is_none_where_the_state_is_kept() {
        below.put(CONTROL, 2, 8);
        VfioDevice device = storey();
        device.writeRegister(CONFIG, CONTROL, 2, 8 | 3);
        device.writeRegister(CONFIG, CONTROL, 2, 8);
        assertThat(resets).isEmpty();
    }

    @Test
    void the_first_write_of_all_is_seen_too_although_the_function_then_shows_nothing() {
        VfioDevice blank = new ForwardingDevice(below) {
            private boolean resetting;

            @Override
            public long readRegister(int region, long offset, int width) {
                return resetting ? -1L >>> 64 - 8 * width : super.readRegister(region, offset, width);
            }

            @Override
            public void writeRegister(int region, long offset, int width, long value) {
                super.writeRegister(region, offset, width, value);
                resetting = true;
            }
        };
        new Storey(blank, "one", ConfigOverlay.none()).writeRegister(CONFIG, EXPRESS + 8, 2, 0x8000);
        below.put(CONTROL, 2, 3);
        new Storey(below, "asleep", ConfigOverlay.none()).writeRegister(CONFIG, CONTROL, 2, 0);
        assertThat(resets).containsExactly("one EXPRESS_FLR", "asleep POWER");
    }

    @Test
    void all_storeys_are_told_once_from_the_lowest_up_whichever_fails() {
        VfioDevice failing = new VariantDevice(new Storey(below, "low", ConfigOverlay.none()), Additions.none()) {
            @Override
            protected void wasReset(ResetCause cause) {
                throw new IllegalStateException("on purpose");
            }
        };
        VfioDevice top = new Storey(failing, "top", ConfigOverlay.none());
        assertThatCode(() -> top.writeRegister(CONFIG, EXPRESS + 8, 2, 0x8000)).doesNotThrowAnyException();
        assertThatCode(top::reset).doesNotThrowAnyException();
        assertThat(resets).containsExactly("low EXPRESS_FLR", "top EXPRESS_FLR", "low FUNCTION", "top FUNCTION");
    }

    @Test
    void a_write_that_fails_resets_nothing() {
        VfioDevice refusing = new ForwardingDevice(below) {
            @Override
            public void writeRegister(int region, long offset, int width, long value) {
                throw new IllegalStateException("on purpose");
            }
        };
        VfioDevice device = new Storey(refusing, "one", ConfigOverlay.none());
        assertThatThrownBy(() -> device.writeRegister(CONFIG, EXPRESS + 8, 2, 0x8000))
                .hasMessage("on purpose");
        assertThat(resets).isEmpty();
    }

    @Test
    void what_an_overlay_keeps_from_the_device_resets_nothing() {
        ConfigOverlay hiding = ConfigOverlay.builder()
                .register(EXPRESS + 8, 2, 0, FieldAccess.RW)
                .bits(CONTROL, 2, 3, 0, FieldAccess.RW)
                .build();
        VfioDevice device = new Storey(below, "one", hiding);
        device.writeRegister(CONFIG, EXPRESS + 8, 2, 0x8000);
        device.writeRegister(CONFIG, CONTROL, 2, 3);
        device.writeRegister(CONFIG, CONTROL, 2, 0);
        assertThat(resets).isEmpty();
        device.writeRegister(CONFIG, AF + 4, 1, 1);
        assertThat(resets).containsExactly("one AF_FLR");
    }
}
