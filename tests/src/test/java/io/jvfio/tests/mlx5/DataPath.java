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
import java.time.Duration;

/** A function that is up, with a driver's memory where the worked example has it, and its words. */
final class DataPath {
    static final int EQ_RING = 0x8000;
    static final int CQ_RING = 0x10000;
    static final int SQ_RING = 0x11000;
    static final int CQ_RECORD = 0x12000;
    static final int SQ_RECORD = 0x12040;
    static final int UAR = 0x10000;
    static final int ENTRIES = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long BASE = 0x2000_0000L;
    private static final int MEMORY = 0x20000;

    private final Hca hca;
    private final MemorySegment memory;
    private final Mmio registers;

    DataPath(Rig rig, String query) {
        PciDevice device = rig.plain(query);
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

    Hca hca() {
        return hca;
    }

    Mmio registers() {
        return registers;
    }

    void set(int at, int word) {
        BigWord32.at(0).publish(memory, at, word);
    }

    int get(int at) {
        return BigWord32.at(0).acquire(memory, at);
    }

    /** Runs a command given as its words; the output's words that are not 0. */
    String run(int length, String words) {
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
    void ring(int at, int first, int second) {
        long value = (long) first << Integer.SIZE | Integer.toUnsignedLong(second);
        registers.write64(UAR + at, Long.reverseBytes(value));
    }

    void tellEvents(int at, int word) {
        registers.write32(UAR + at, Integer.reverseBytes(word));
    }

    void create() {
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

    void destroy() {
        assertThat(run(16, "00=09060000 08=00000101")).isEmpty();
        assertThat(run(16, "00=04010000 08=00000081")).isEmpty();
        assertThat(run(16, "00=08010000 08=00000007")).isEmpty();
        assertThat(run(16, "00=04010000 08=00000080")).isEmpty();
        assertThat(run(16, "00=03020000 08=00000002")).isEmpty();
    }

    /** Posts a NOP with its record and doorbell. */
    void post(int index) {
        int at = SQ_RING + 64 * (index % ENTRIES);
        set(at, index << 8);
        set(at + 4, 0x0001_0101);
        set(at + 8, 0x0000_0008);
        set(at + 12, 0);
        set(SQ_RECORD + 4, index + 1 & 0xffff);
        ring(0x800, index << 8, 0x0001_0101);
    }

    /** Waits until a word is as expected, but for bits that may be anything. */
    void await(int at, int mask, int word) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while ((get(at) & mask) != word && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(get(at) & mask).as("word at 0x%x", at).isEqualTo(word);
    }
}
