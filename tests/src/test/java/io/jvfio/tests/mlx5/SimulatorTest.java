// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.BigWord64;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.CommandFailedException;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.MlxAccess;
import io.jvfio.vendor.mlx.spec.CommandEntry;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.DeliveryStatus;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.Mailbox;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulator by its registers and single commands, right and wrong ones. */
@Timeout(60)
class SimulatorTest {
    private static final Duration A_MOMENT = Duration.ofMillis(150);
    private static final BringUpOptions OPTIONS =
            BringUpOptions.defaults().withLimits(RawDriver.PATIENCE, RawDriver.PATIENCE);
    private static final int SHORT = 16;

    /** What commands need more than 16 bytes. */
    private static final Map<Opcode, Integer> INPUTS = Map.ofEntries(
            Map.entry(Opcode.ENABLE_HCA, 12),
            Map.entry(Opcode.DISABLE_HCA, 12),
            Map.entry(Opcode.QUERY_ISSI, 8),
            Map.entry(Opcode.NOP, 8),
            Map.entry(Opcode.QUERY_SPECIAL_CONTEXTS, 8),
            Map.entry(Opcode.SET_HCA_CAP, 0x110),
            Map.entry(Opcode.MODIFY_NIC_VPORT_CONTEXT, 512),
            Map.entry(Opcode.CREATE_MKEY, 272),
            Map.entry(Opcode.CREATE_EQ, 272),
            Map.entry(Opcode.GEN_EQE, 80),
            Map.entry(Opcode.CREATE_CQ, 272),
            Map.entry(Opcode.MODIFY_CQ, 272),
            Map.entry(Opcode.CREATE_SQ, 272),
            Map.entry(Opcode.MODIFY_SQ, 272),
            Map.entry(Opcode.CREATE_TIS, 192),
            Map.entry(Opcode.CREATE_UMEM, 48));

    private static final Map<Opcode, Integer> OUTPUTS = Map.of(
            Opcode.ENABLE_HCA, 12,
            Opcode.DISABLE_HCA, 12,
            Opcode.NOP, 8,
            Opcode.QUERY_EQ, 272,
            Opcode.QUERY_CQ, 272,
            Opcode.QUERY_SQ, 272);

    /** What may be asked for before INIT_HCA. */
    private static final Set<Opcode> EARLY = Set.of(
            Opcode.ENABLE_HCA,
            Opcode.DISABLE_HCA,
            Opcode.INIT_HCA,
            Opcode.QUERY_PAGES,
            Opcode.MANAGE_PAGES,
            Opcode.QUERY_ISSI,
            Opcode.SET_ISSI,
            Opcode.QUERY_HCA_CAP,
            Opcode.SET_HCA_CAP,
            Opcode.QUERY_ADAPTER,
            Opcode.SET_DRIVER_VERSION,
            Opcode.ACCESS_REG,
            Opcode.NOP);

    @TempDir
    private Path folder;

    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder);
    }

    @AfterEach
    void nothing_is_left_behind() throws Exception {
        rig.close();
    }

    @Test
    void the_segment_answers_every_width_at_every_byte() {
        VfioDevice device = rig.closed(Rig.model("fw=22.41.1000&timeouts=queue:300"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment whole = arena.allocate(0x1000, 8);
            assertThat(device.read(0, 0, whole)).isEqualTo(0x1000);
            assertThat(BigWord32.at(0).of(whole)).isEqualTo(41 << 16 | 22);
            assertThat(BigWord32.at(4).of(whole)).isEqualTo(5 << 16 | 1000);
            for (int at = 0; at < 0x250; at++) {
                for (int width = 1; width <= 8 && at != 0x1fc; width++) {
                    MemorySegment part = arena.allocate(width);
                    assertThat(device.read(0, at, part)).isEqualTo(width);
                    if (at + width <= 0x1fc || at > 0x1ff) {
                        assertThat(part.mismatch(whole.asSlice(at, width)))
                                .as("0x%x, %d", at, width)
                                .isEqualTo(-1);
                    }
                }
                for (int width = 1; width <= 8; width *= 2) {
                    if (at % width == 0 && (at + width <= 0x1fc || at > 0x1ff)) {
                        long expected = 0;
                        for (int i = width - 1; i >= 0; i--) {
                            expected = expected << 8 | whole.get(ValueLayout.JAVA_BYTE, at + i) & 0xff;
                        }
                        assertThat(device.readRegister(0, at, width))
                                .as("0x%x, %d", at, width)
                                .isEqualTo(expected);
                    }
                }
            }
            assertThat(device.readRegister(0, 0xffc, 4)).isEqualTo(Integer.toUnsignedLong(Integer.reverseBytes(300)));
        }
    }

    @Test
    void the_queue_s_address_takes_every_width_at_every_byte() {
        VfioDevice device = rig.closed(Rig.model(""));
        String address = "1234_5678_9abc_d000".replace("_", "");
        for (int width = 1; width <= 8; width *= 2) {
            device.writeRegister(0, 0x10, 8, 0);
            for (int at = 0; at < 8; at += width) {
                long value = 0;
                for (int i = width - 1; i >= 0; i--) {
                    value = value << 8 | Integer.parseInt(address.substring(2 * (at + i), 2 * (at + i) + 2), 16);
                }
                device.writeRegister(0, 0x10 + at, width, value);
            }
            assertThat(Integer.reverseBytes((int) device.readRegister(0, 0x10, 4)))
                    .isEqualTo(0x1234_5678);
            // Mode 0, 2^5 entries at 2^6 bytes.
            assertThat(Integer.reverseBytes((int) device.readRegister(0, 0x14, 4)))
                    .isEqualTo(0x9abc_d056);
        }
    }

    @Test
    void the_queue_is_where_the_address_is_at_the_doorbell_until_the_function_is_enabled() {
        RawDriver driver = new RawDriver(rig, rig.plain(""));
        // The lower half first, and another address before.
        driver.queueAt(0xdead_0000L);
        driver.registers().write(InitSegment.QUEUE_LOW, (int) driver.queue(1));
        driver.registers().write(InitSegment.QUEUE_HIGH, (int) (driver.queue(1) >>> Integer.SIZE));
        MemorySegment first = driver.post(1, 0, 0x10a, SHORT, 112);
        driver.ring(1);
        assertThat(driver.status(first)).isEqualTo(CommandStatus.BAD_SYSTEM_STATE);
        // It may move.
        driver.queueAt(driver.queue(2));
        MemorySegment second = driver.post(2, 7, 0x104, SHORT, 12);
        driver.ring(1 << 7);
        assertThat(driver.status(second)).isEqualTo(CommandStatus.OK);
        // It may not any more.
        driver.queueAt(driver.queue(3));
        MemorySegment third = driver.post(3, 0, 0x80d, SHORT, SHORT);
        MemorySegment old = driver.post(2, 0, 0x80d, SHORT, SHORT);
        driver.ring(1);
        assertThat(driver.status(old)).isEqualTo(CommandStatus.OK);
        assertThat(driver.awaitDone(third, A_MOMENT)).isFalse();
    }

    @Test
    void slots_that_were_rung_together_are_all_done_and_others_are_not() {
        RawDriver driver = new RawDriver(rig, rig.plain(""));
        driver.enable();
        MemorySegment[] entries = new MemorySegment[32];
        for (int slot = 0; slot < 32; slot++) {
            entries[slot] = driver.post(0, slot, 0x80d, SHORT, SHORT);
        }
        driver.ring(0x8000_0013);
        for (int slot : new int[] {0, 1, 4, 31}) {
            assertThat(driver.status(entries[slot])).as("slot %d", slot).isZero();
        }
        assertThat(driver.awaitDone(entries[2], A_MOMENT)).isFalse();
    }

    @Test
    void what_cannot_be_delivered_says_why_and_touches_no_output() {
        RawDriver driver = new RawDriver(rig, rig.plain(""));
        driver.enable();
        assertThat(bad(driver, SHORT, SHORT, e -> CommandEntry.TYPE.set(e, 6))).isEqualTo(DeliveryStatus.TYPE);
        assertThat(bad(driver, SHORT, SHORT, e -> CommandEntry.RESERVED.set(e, 1)))
                .isEqualTo(DeliveryStatus.RESERVED);
        assertThat(bad(driver, 7, SHORT, e -> {})).isEqualTo(DeliveryStatus.INPUT_LENGTH);
        assertThat(bad(driver, SHORT, 7, e -> {})).isEqualTo(DeliveryStatus.OUTPUT_LENGTH);
        assertThat(bad(driver, -1, SHORT, e -> {})).isEqualTo(DeliveryStatus.INPUT_LENGTH);
        assertThat(bad(driver, 17, SHORT, e -> CommandEntry.INPUT_MAILBOX.set(e, 0)))
                .isEqualTo(DeliveryStatus.INPUT_POINTER);
        assertThat(bad(driver, 17, SHORT, e -> CommandEntry.INPUT_MAILBOX.set(e, driver.queue(1) + 512)))
                .isEqualTo(DeliveryStatus.INPUT_POINTER);
        assertThat(bad(driver, SHORT, 17, e -> CommandEntry.OUTPUT_MAILBOX.set(e, 0)))
                .isEqualTo(DeliveryStatus.OUTPUT_POINTER);
        assertThat(bad(driver, SHORT, 529, e -> Mailbox.NUMBER.set(driver.output(1), 5)))
                .isEqualTo(DeliveryStatus.BLOCK_NUMBER);
        assertThat(bad(driver, 17, SHORT, e -> Mailbox.TOKEN.set(driver.input(0), 5)))
                .isEqualTo(DeliveryStatus.TOKEN);
        assertThat(bad(driver, SHORT, SHORT, e -> CommandEntry.INPUT_MAILBOX.set(e, 1)))
                .as("not needed")
                .isZero();
    }

    private static int bad(RawDriver driver, int length, int outputLength, Consumer<MemorySegment> how) {
        MemorySegment entry = driver.post(0, 3, 0x80d, length, outputLength);
        how.accept(entry);
        BigWord32.at(CommandEntry.OUTPUT + 4).set(entry, 0x7777);
        driver.ring(1 << 3);
        int status = driver.status(entry);
        if (status != 0) {
            assertThat(BigWord32.at(CommandEntry.OUTPUT + 4).of(entry)).isEqualTo(0x7777);
        }
        return status & 0xfff;
    }

    @ParameterizedTest
    @EnumSource(Opcode.class)
    void each_command_has_its_state_and_its_lengths(Opcode opcode) {
        RawDriver driver = new RawDriver(rig, rig.plain("boot_pages=0&init_pages=0"));
        driver.queueAt(driver.queue(0));
        int input = INPUTS.getOrDefault(opcode, SHORT);
        int output = OUTPUTS.getOrDefault(opcode, SHORT);
        if (opcode != Opcode.ENABLE_HCA) {
            assertThat(driver.run(opcode.code(), input, output))
                    .as("before all")
                    .isEqualTo(CommandStatus.BAD_SYSTEM_STATE);
        }
        driver.enable();
        if (!EARLY.contains(opcode)) {
            assertThat(driver.run(opcode.code(), input, output)).as("early").isEqualTo(CommandStatus.BAD_SYSTEM_STATE);
        }
        assertThat(driver.run(0x102, SHORT, SHORT)).isEqualTo(CommandStatus.OK);
        if (input > 8) {
            assertThat(driver.run(opcode.code(), input - 1, output)).isEqualTo(CommandStatus.BAD_INPUT_LENGTH);
        }
        if (output > 8) {
            assertThat(driver.run(opcode.code(), input, output - 1)).isEqualTo(CommandStatus.BAD_OUTPUT_LENGTH);
        }
        int status = driver.run(opcode.code(), input, output);
        assertThat(status)
                .isNotIn(CommandStatus.BAD_OUTPUT_LENGTH, CommandStatus.BAD_OPERATION, CommandStatus.INTERNAL);
    }

    @Test
    void what_it_does_not_know_is_no_operation() {
        RawDriver driver = new RawDriver(rig, rig.plain(""));
        driver.enable();
        assertThat(driver.run(0x500, 512, SHORT)).isEqualTo(CommandStatus.BAD_OPERATION);
        assertThat(driver.run(0, SHORT, SHORT)).isEqualTo(CommandStatus.BAD_OPERATION);
        for (int type : new int[] {0, 1, 2, 3, 4, 7, 0x20, 0x25}) {
            assertThat(capabilities(driver, Opcode.QUERY_HCA_CAP, type << 1, SHORT, 4112))
                    .as("type 0x%x", type)
                    .isEqualTo(type == 0 ? CommandStatus.OK : CommandStatus.BAD_OPERATION);
            assertThat(capabilities(driver, Opcode.SET_HCA_CAP, type << 1, 4112, SHORT))
                    .as("type 0x%x", type)
                    .isEqualTo(type == 0 ? CommandStatus.OK : CommandStatus.BAD_OPERATION);
        }
        RawDriver second = new RawDriver(rig, rig.plain("caps_2=on"));
        second.enable();
        assertThat(capabilities(second, Opcode.QUERY_HCA_CAP, 0x41, SHORT, 4112))
                .isEqualTo(CommandStatus.OK);
        assertThat(capabilities(second, Opcode.QUERY_HCA_CAP, 0x48, SHORT, 4112))
                .isEqualTo(CommandStatus.BAD_OPERATION);
    }

    private static int capabilities(RawDriver driver, Opcode opcode, int modifier, int length, int outputLength) {
        MemorySegment entry = driver.post(0, 0, opcode.code(), length, outputLength);
        CommandWords.MODIFIER.set(entry, CommandEntry.INPUT, modifier);
        driver.ring(1);
        return driver.status(entry);
    }

    @Test
    void a_page_that_is_used_while_the_firmware_has_it_is_found_out() {
        PciDevice device = rig.plain("");
        Hca hca = rig.closed(Hca.bringUp(MlxAccess.of(device), OPTIONS));
        // The highest pages go back first.
        try (DmaBuffer mine =
                device.dma().allocate(2 * 4096, DmaOptions.defaults().withIova(0x70_0000_0000L))) {
            assertThat(pages(hca, CommandWords.PAGES_GIVE, mine, 2)).isZero();
            assertThat(Rig.count(hca, Rig.Count.PAGES)).isEqualTo(218);
            assertThat(pages(hca, CommandWords.PAGES_TAKE, mine, 1)).isOne();
            assertThat(Rig.count(hca, Rig.Count.DAMAGED_PAGES)).isZero();
            mine.memory().asSlice(0, 4096).fill((byte) 1);
            assertThat(pages(hca, CommandWords.PAGES_TAKE, mine, 9))
                    .as("what it does not need")
                    .isOne();
            assertThat(Rig.count(hca, Rig.Count.DAMAGED_PAGES)).isOne();
            assertThat(Rig.count(hca, Rig.Count.PAGES)).isEqualTo(216);
            assertThat(pages(hca, CommandWords.PAGES_TAKE, mine, 9)).isZero();
        }
    }

    @Test
    void pages_that_it_cannot_have_are_refused_and_none_is_taken() {
        PciDevice device = rig.plain("");
        Hca hca = rig.closed(Hca.bringUp(MlxAccess.of(device), OPTIONS));
        for (long[] pages : new long[][] {{0}, {0x1001}, {0x7f_0000_0000L}, {4096, 4096}}) {
            byte[] input = new byte[16 + 8 * pages.length];
            MemorySegment image = MemorySegment.ofArray(input);
            CommandWords.OPCODE.set(image, Opcode.MANAGE_PAGES.code());
            CommandWords.MODIFIER.set(image, CommandWords.PAGES_GIVE);
            CommandWords.PAGES_IN.set(image, pages.length);
            for (int i = 0; i < pages.length; i++) {
                BigWord64.at(16).set(image, 8L * i, pages[i]);
            }
            assertThatExceptionOfType(CommandFailedException.class)
                    .isThrownBy(() -> hca.command(input, 16))
                    .satisfies(e -> assertThat(e.status()).isEqualTo(CommandStatus.BAD_PARAMETER));
            assertThat(Rig.count(hca, Rig.Count.PAGES)).isEqualTo(216);
        }
    }

    private static int pages(Hca hca, int modifier, DmaBuffer memory, int count) {
        byte[] input = new byte[16 + (modifier == CommandWords.PAGES_GIVE ? 8 * count : 0)];
        MemorySegment image = MemorySegment.ofArray(input);
        CommandWords.OPCODE.set(image, Opcode.MANAGE_PAGES.code());
        CommandWords.MODIFIER.set(image, modifier);
        CommandWords.PAGES_IN.set(image, count);
        for (int i = 0; modifier == CommandWords.PAGES_GIVE && i < count; i++) {
            BigWord64.at(16).set(image, 8L * i, memory.deviceAddress(4096L * i));
        }
        return CommandWords.PAGES_OUT.of(MemorySegment.ofArray(hca.command(input, 16 + 8 * count)));
    }
}
