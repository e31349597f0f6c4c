// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.iommu.DmaOptions;
import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.MlxAccess;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The first data path in the words that a driver writes and reads, played on the simulator to the byte. */
@Timeout(60)
class WorkedExampleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long BASE = 0x2000_0000L;
    private static final int MEMORY = 0x20000;
    private static final int EQ_RING = 0x8000;
    private static final int CQ_RING = 0x10000;
    private static final int SQ_RING = 0x11000;
    private static final int CQ_RECORD = 0x12000;
    private static final int SQ_RECORD = 0x12040;
    private static final int UAR = 0x10000;
    private static final int ENTRIES = 64;

    @TempDir
    private Path folder;

    private Rig rig;
    private Hca hca;
    private MemorySegment memory;
    private Mmio registers;

    @BeforeEach
    void start() {
        rig = new Rig(folder);
        PciDevice device = rig.plain("");
        hca = rig.closed(
                Hca.bringUp(MlxAccess.of(device), BringUpOptions.defaults().withLimits(PATIENCE, PATIENCE)));
        memory = rig.closed(device.dma().allocate(MEMORY, DmaOptions.defaults().withIova(BASE)))
                .memory();
        registers = device.bar(0).mmio();
        for (int i = 0; i < ENTRIES; i++) {
            set(EQ_RING + 64 * i + 0x3c, 1);
            set(CQ_RING + 64 * i + 0x3c, 0xf1);
        }
    }

    @AfterEach
    void nothing_is_left_behind() throws Exception {
        rig.close();
    }

    private void set(int at, int word) {
        BigWord32.at(0).publish(memory, at, word);
    }

    private int get(int at) {
        return BigWord32.at(0).acquire(memory, at);
    }

    /** Runs a command given as its words; the output's words that are not 0. */
    private String run(int length, String words) {
        byte[] input = new byte[length];
        MemorySegment image = MemorySegment.ofArray(input);
        for (String each : words.split(" ", -1)) {
            int equals = each.indexOf('=');
            BigWord32.at(Integer.parseInt(each.substring(0, equals), 16))
                    .set(image, Integer.parseUnsignedInt(each.substring(equals + 1), 16));
        }
        MemorySegment output = MemorySegment.ofArray(hca.command(input, 16));
        StringBuilder found = new StringBuilder();
        for (int at = 0; at < 16; at += Integer.BYTES) {
            int word = BigWord32.at(at).of(output);
            found.append(word == 0 ? "" : "%02x=%08x ".formatted(at, word));
        }
        return found.toString().strip();
    }

    /** One 8-byte store of two words as they lie in memory. */
    private void ring(int at, int first, int second) {
        long value = (long) first << Integer.SIZE | Integer.toUnsignedLong(second);
        registers.write64(UAR + at, Long.reverseBytes(value));
    }

    private void tellEvents(int at, int word) {
        registers.write32(UAR + at, Integer.reverseBytes(word));
    }

    private void create() {
        assertThat(run(280, "00=03010000 1c=06000010 24=00000001 114=20008000")).isEqualTo("08=00000002");
        tellEvents(0x40, 0x0200_0000);
        for (int number = 1; number < 7; number++) {
            assertThat(run(16, "00=08000000")).isEqualTo("08=0000000" + number);
        }
        assertThat(run(16, "00=08000000")).isEqualTo("08=00000007");
        // The numbers of the example are the second ones of the simulator.
        assertThat(run(280, "00=04000000 1c=06000010 24=00000002 4c=20013000 114=20014000"))
                .isEqualTo("08=00000080");
        assertThat(run(280, "00=04000000 1c=06000010 24=00000002 4c=20012000 114=20010000"))
                .isEqualTo("08=00000081");
        String queue = " 50=10000000 58=00000007 5c=00000010 64=20012040 70=00060006 114=20011000";
        assertThat(run(280, "00=09040000 20=10000000 28=00000080" + queue)).isEqualTo("08=00000100");
        assertThat(run(16, "00=09060000 08=00000100")).isEmpty();
        assertThat(run(280, "00=09040000 20=10000000 28=00000081" + queue)).isEqualTo("08=00000101");
        assertThat(run(272, "00=09050000 08=00000101 20=00100000")).isEmpty();
    }

    private void destroy() {
        assertThat(run(16, "00=09060000 08=00000101")).isEmpty();
        assertThat(run(16, "00=04010000 08=00000081")).isEmpty();
        assertThat(run(16, "00=08010000 08=00000007")).isEmpty();
        assertThat(run(16, "00=04010000 08=00000080")).isEmpty();
        assertThat(run(16, "00=03020000 08=00000002")).isEmpty();
    }

    /** Posts a NOP with its record and doorbell. */
    private void post(int index) {
        int at = SQ_RING + 64 * (index % ENTRIES);
        set(at, index << 8);
        set(at + 4, 0x0001_0101);
        set(at + 8, 0x0000_0008);
        set(at + 12, 0);
        set(SQ_RECORD + 4, index + 1 & 0xffff);
        ring(0x800, index << 8, 0x0001_0101);
    }

    /** Waits until a word is as expected, but for bits that may be anything. */
    private void await(int at, int mask, int word) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while ((get(at) & mask) != word && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(get(at) & mask).as("word at 0x%x", at).isEqualTo(word);
    }

    @Test
    void as_it_is_written() {
        create();
        set(CQ_RECORD + 4, 0);
        ring(0x20, 0, 0x81);
        post(0);
        await(CQ_RING + 0x3c, 0xffff_00ff, 0);
        assertThat(get(CQ_RING + 0x38)).isEqualTo(0x0000_0101);
        for (int at = 0; at < 0x30; at += Integer.BYTES) {
            assertThat(get(CQ_RING + at)).isZero();
        }
        await(EQ_RING + 0x3c, 1, 0);
        for (int at = 0; at < 0x40; at += Integer.BYTES) {
            assertThat(get(EQ_RING + at)).isEqualTo(at == 0x38 ? 0x81 : 0);
        }

        set(CQ_RECORD, 1);
        tellEvents(0x40, 0x0200_0001);
        set(CQ_RECORD + 4, 0x1000_0001);
        ring(0x20, 0x1000_0001, 0x81);
        for (int index = 1; index <= 64; index++) {
            post(index);
            int at = CQ_RING + 64 * (index % ENTRIES);
            await(at + 0x3c, 0xffff_00ff, index << 16 | index / ENTRIES);
            set(CQ_RECORD, index + 1);
        }
        await(EQ_RING + 64 + 0x3c, 1, 0);
        assertThat(get(EQ_RING + 64 + 0x38)).isEqualTo(0x81);
        assertThat(get(EQ_RING + 128 + 0x3c)).as("one arming, one event").isEqualTo(1);
        assertThat(get(SQ_RECORD + 4)).isEqualTo(0x41);

        destroy();
        assertThat(Rig.count(hca, Rig.Count.IGNORED_DOORBELLS)).isZero();
    }

    @Test
    void the_last_index_and_the_first_again() {
        create();
        for (int index = 0; index <= 65_536; index++) {
            post(index & 0xffff);
            int at = CQ_RING + 64 * (index % ENTRIES);
            await(at + 0x3c, 0xffff_00ff, (index & 0xffff) << 16 | index / ENTRIES & 1);
            set(CQ_RECORD, index + 1);
            if (index == 65_535) {
                assertThat(get(SQ_RECORD + 4)).isZero();
            }
        }
        destroy();
    }

    @Test
    void errors_are_left_by_reset() {
        create();
        assertThat(run(272, "00=09050000 08=10000101 20=00300000")).isEmpty();
        post(0);
        await(CQ_RING + 0x3c, 0xff, 0xd0);
        assertThat(get(CQ_RING + 0x34) & 0xff).as("flushed").isEqualTo(5);
        assertThat(run(272, "00=09050000 08=30000101")).isEmpty();
        set(SQ_RECORD + 4, 0);
        set(CQ_RECORD, 1);
        assertThat(run(272, "00=09050000 08=00000101 20=00100000")).isEmpty();
        post(0);
        await(CQ_RING + 64 + 0x3c, 0xffff_00ff, 0);
        destroy();
    }

    @Test
    void the_doorbell_may_come_in_two_halves() {
        create();
        set(SQ_RING + 4, 0x0001_0101);
        set(SQ_RING + 8, 8);
        set(SQ_RECORD + 4, 1);
        registers.write32(UAR + 0x800, 0);
        registers.write32(UAR + 0x804, Integer.reverseBytes(0x0001_0101));
        await(CQ_RING + 0x3c, 0xffff_00ff, 0);
        destroy();
    }
}
