// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static io.jvfio.tests.mlx5.DataPath.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The first data path in the words that a driver writes and reads, played on the simulator to the byte. */
@Timeout(60)
class WorkedExampleTest {
    @TempDir
    private Path folder;

    private Rig rig;
    private DataPath path;

    @BeforeEach
    void start() {
        rig = new Rig(folder);
        path = new DataPath(rig, "");
    }

    @AfterEach
    void nothing_is_left_behind() throws Exception {
        rig.close();
    }

    @Test
    void as_it_is_written() {
        path.create();
        path.set(CQ_RECORD + 4, 0);
        path.ring(0x20, 0, 0x81);
        path.post(0);
        path.await(CQ_RING + 0x3c, 0xffff_00ff, 0);
        assertThat(path.get(CQ_RING + 0x38)).isEqualTo(0x0000_0101);
        for (int at = 0; at < 0x30; at += Integer.BYTES) {
            assertThat(path.get(CQ_RING + at)).isZero();
        }
        path.await(EQ_RING + 0x3c, 1, 0);
        for (int at = 0; at < 0x40; at += Integer.BYTES) {
            assertThat(path.get(EQ_RING + at)).isEqualTo(at == 0x38 ? 0x81 : 0);
        }

        path.set(CQ_RECORD, 1);
        path.tellEvents(0x40, 0x0200_0001);
        path.set(CQ_RECORD + 4, 0x1000_0001);
        path.ring(0x20, 0x1000_0001, 0x81);
        for (int index = 1; index <= 64; index++) {
            path.post(index);
            int at = CQ_RING + 64 * (index % ENTRIES);
            path.await(at + 0x3c, 0xffff_00ff, index << 16 | index / ENTRIES);
            path.set(CQ_RECORD, index + 1);
        }
        path.await(EQ_RING + 64 + 0x3c, 1, 0);
        assertThat(path.get(EQ_RING + 64 + 0x38)).isEqualTo(0x81);
        assertThat(path.get(EQ_RING + 128 + 0x3c)).as("one arming, one event").isEqualTo(1);
        assertThat(path.get(SQ_RECORD + 4)).isEqualTo(0x41);

        path.destroy();
        assertThat(Rig.count(path.hca(), Rig.Count.IGNORED_DOORBELLS)).isZero();
    }

    @Test
    void the_last_index_and_the_first_again() {
        path.create();
        for (int index = 0; index <= 65_536; index++) {
            path.post(index & 0xffff);
            int at = CQ_RING + 64 * (index % ENTRIES);
            path.await(at + 0x3c, 0xffff_00ff, (index & 0xffff) << 16 | index / ENTRIES & 1);
            path.set(CQ_RECORD, index + 1);
            if (index == 65_535) {
                assertThat(path.get(SQ_RECORD + 4)).isZero();
            }
        }
        path.destroy();
    }

    @Test
    void errors_are_left_by_reset() {
        path.create();
        assertThat(path.run(272, "00=09050000 08=10000101 20=00300000")).isEmpty();
        path.post(0);
        path.await(CQ_RING + 0x3c, 0xff, 0xd0);
        assertThat(path.get(CQ_RING + 0x34) & 0xff).as("flushed").isEqualTo(5);
        assertThat(path.run(272, "00=09050000 08=30000101")).isEmpty();
        path.set(SQ_RECORD + 4, 0);
        path.set(CQ_RECORD, 1);
        assertThat(path.run(272, "00=09050000 08=00000101 20=00100000")).isEmpty();
        path.post(0);
        path.await(CQ_RING + 64 + 0x3c, 0xffff_00ff, 0);
        path.destroy();
    }

    @Test
    void the_doorbell_may_come_in_two_halves() {
        path.create();
        path.set(SQ_RING + 4, 0x0001_0101);
        path.set(SQ_RING + 8, 8);
        path.set(SQ_RECORD + 4, 1);
        path.registers().write32(UAR + 0x800, 0);
        path.registers().write32(UAR + 0x804, Integer.reverseBytes(0x0001_0101));
        path.await(CQ_RING + 0x3c, 0xffff_00ff, 0);
        path.destroy();
    }
}
