// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.device.RegionMapping;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.mmio.Layouts;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigImage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Config space, BARs, power and resets of a model. */
final class ModelFunctionTest extends ModelFixture {
    private static final int BAR0 = 0x10;
    private static final int ROM_ADDRESS = 0x30;
    private static final int ROM = 6;
    private static final int MEMORY_ENABLE = 2;
    private static final int IO_ENABLE = 1;
    private static final int POWER = 0x01;
    private static final int EXPRESS = 0x10;
    private static final int FLR = 0x8000;

    private static ConfigImage image(EmulatedDevice device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(device.region(CONFIG).size());
            assertThat(device.read(CONFIG, 0, bytes)).isEqualTo((int) bytes.byteSize());
            return ConfigImage.of(bytes.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void config_space_is_well_formed() {
        ConfigContents full = ConfigContents.of(image(open("full")));
        assertThat(full.findings()).isEmpty();
        assertThat(full.capabilities())
                .extracting(each -> each.header().id())
                .containsExactly(POWER, 0x05, 0x11, EXPRESS);
        assertThat(full.capability(EXPRESS).orElseThrow().register("DevCap").value() & 1 << 28)
                .isNotZero();
        ConfigContents edu = ConfigContents.of(image(open("edu")));
        assertThat(edu.findings()).isEmpty();
        assertThat(edu.size()).isEqualTo(256);
        assertThat(edu.capabilities()).extracting(each -> each.header().id()).containsExactly(0x05);
    }

    @Test
    void writing_ones_to_a_bar_tells_its_size() {
        EmulatedDevice device = open("full");
        for (int bar = 0; bar < 4; bar++) {
            device.writeRegister(CONFIG, BAR0 + 4 * bar, 4, 0xffff_ffffL);
        }
        assertThat(device.readRegister(CONFIG, BAR0, 8)).isEqualTo(-FullModel.BAR_SIZE | 4);
        assertThat(device.readRegister(CONFIG, BAR0 + 8, 4)).isEqualTo(0xffff_ffffL & -FullModel.MEMORY_SIZE | 8);
        assertThat(device.readRegister(CONFIG, BAR0 + 12, 4)).isEqualTo(0xffff_ffe1L);
        device.writeRegister(CONFIG, ROM_ADDRESS, 4, 0xffff_fffeL);
        assertThat(device.readRegister(CONFIG, ROM_ADDRESS, 4)).isEqualTo(0xffff_f800L);
    }

    @Test
    void the_rom_is_shown_in_a_power_of_two_of_bytes() {
        EmulatedDevice device = open("full");
        assertThat(device.region(ROM).size()).isEqualTo(2048);
        assertThat(device.readRegister(ROM, 0, 2)).isEqualTo(0xaa55);
        assertThat(device.readRegister(ROM, 0, 8)).isEqualTo(0x03_0201_aa55L);
        device.writeRegister(ROM, 0, 4, 0);
        assertThat(device.readRegister(ROM, 0, 2)).isEqualTo(0xaa55);
    }

    @Test
    void a_bar_answers_while_decoding_is_on() {
        EmulatedDevice device = open("full");
        command(device, MEMORY_ENABLE, 0);
        assertThatThrownBy(() -> full(device, FullModel.SCRATCH))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("EIO");
        assertThat(device.readRegister(FullModel.PORTS, 0, 4)).isZero();
        command(device, MEMORY_ENABLE | IO_ENABLE, MEMORY_ENABLE);
        assertThat(full(device, FullModel.SCRATCH)).isZero();
        assertThatThrownBy(() -> device.writeRegister(FullModel.PORTS, 0, 4, 1)).isInstanceOf(VfioException.class);
    }

    @Test
    void a_function_that_sleeps_neither_answers_nor_masters_the_bus() {
        EmulatedDevice device = open("full");
        busMaster(device);
        map(device, 0x10_0000);
        int control = capability(device, POWER) + 4;
        device.writeRegister(CONFIG, control, 2, 3);
        assertThatThrownBy(() -> full(device, FullModel.SCRATCH)).isInstanceOf(VfioException.class);
        device.writeRegister(CONFIG, control, 2, 0);
        full(device, FullModel.POKE, 0x10_0000);
        assertThat(device.step()).isTrue();
        assertThat(full(device, FullModel.LAST_STATUS)).isEqualTo(1);
    }

    @Test
    void a_function_level_reset_is_a_reset() {
        EmulatedDevice device = open("full");
        busMaster(device);
        full(device, FullModel.SCRATCH, 7);
        device.writeRegister(CONFIG, 0x3c, 1, 9);
        int control = capability(device, EXPRESS) + 8;
        long before = device.readRegister(CONFIG, control, 2);
        device.writeRegister(CONFIG, control, 2, before | FLR);
        assertThat(device.readRegister(CONFIG, control, 2)).isEqualTo(before);
        assertThat(full(device, FullModel.SCRATCH)).isZero();
        assertThat(device.readRegister(CONFIG, COMMAND, 2)).isEqualTo(MEMORY_ENABLE | IO_ENABLE);
        assertThat(device.readRegister(CONFIG, 0x3c, 1)).isZero();
    }

    @Test
    void mapped_memory_is_one_with_what_registers_show() {
        EmulatedDevice device = open("full");
        try (RegionMapping mapping =
                device.map(FullModel.MEMORY, FullModel.MAPPED_OFFSET, 4096).orElseThrow()) {
            assertThat(mapping.memory().get(Layouts.LE_INT, 8)).isEqualTo((int) FullModel.MAGIC);
            for (int width = 1; width <= 8; width *= 2) {
                long value = 0x8877_6655_4433_2211L & -1L >>> 64 - 8 * width;
                device.writeRegister(FullModel.MEMORY, FullModel.MAPPED_OFFSET + 16, width, value);
                assertThat(device.readRegister(FullModel.MEMORY, FullModel.MAPPED_OFFSET + 16, width))
                        .isEqualTo(value);
                assertThat(mapping.memory().get(Layouts.LE_LONG, 16) & -1L >>> 64 - 8 * width)
                        .isEqualTo(value);
            }
            device.reset();
            assertThat(mapping.memory().get(Layouts.LE_INT, 8)).isEqualTo((int) FullModel.MAGIC);
        }
        assertThat(device.map(FullModel.MEMORY, 0, 4096)).isEmpty();
        assertThat(device.file(FullModel.MEMORY).orElseThrow().areas())
                .isEqualTo(device.region(FullModel.MEMORY).mmapAreas());
        assertThat(device.file(FullModel.REGISTERS)).isEmpty();
        device.writeRegister(FullModel.MEMORY, 0, 4, 5);
        assertThat(device.readRegister(FullModel.MEMORY, 0, 4)).isZero();
    }

    @Test
    void an_endpoint_has_no_control_over_its_link_and_no_latency_timer() {
        EmulatedDevice device = open("full");
        int link = capability(device, EXPRESS) + 0x10;
        device.writeRegister(CONFIG, link, 2, 0xffff);
        assertThat(device.readRegister(CONFIG, link, 2)).isEqualTo(0xcb);
        device.writeRegister(CONFIG, 0x0d, 1, 0xff);
        assertThat(device.readRegister(CONFIG, 0x0d, 1)).isZero();
        EmulatedDevice conventional = open("edu");
        conventional.writeRegister(CONFIG, 0x0d, 1, 0xff);
        assertThat(conventional.readRegister(CONFIG, 0x0d, 1)).isEqualTo(0xff);
    }

    @Test
    void a_sticky_bit_keeps_its_value_over_a_reset() {
        EmulatedDevice device = open("full");
        int control = capability(device, EXPRESS) + 8;
        long before = device.readRegister(CONFIG, control, 2);
        device.writeRegister(CONFIG, control, 2, before | 1 << 10 | 1 << 8);
        device.reset();
        assertThat(device.readRegister(CONFIG, control, 2)).isEqualTo(before | 1 << 10);
    }
}
