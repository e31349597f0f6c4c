// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static io.jvfio.tests.mlx5.DataPath.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.vendor.mlx.CommandFailedException;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When the simulator tells of completions, and where its queues may lie. */
@Timeout(60)
class CompletionEventsTest {
    private static final String SEND = " 50=10000000 58=00000007 5c=00000010 64=20012040 70=00060006 114=20011000";

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

    /** How many events the completion event queue has. */
    private static int events(DataPath path) {
        int count = 0;
        while ((path.get(EQ_RING + 64 * count + 0x3c) & 1) == 0) {
            count++;
        }
        return count;
    }

    private static void awaitCompletion(DataPath path, int index) {
        path.await(CQ_RING + 64 * (index % ENTRIES) + 0x3c, 0xffff_00ff, index << 16 | index / ENTRIES);
    }

    private static void rest(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void refused(DataPath path, int length, String words, int status) {
        Assertions.assertThatExceptionOfType(CommandFailedException.class)
                .isThrownBy(() -> path.run(length, words))
                .satisfies(e -> assertThat(e.status()).isEqualTo(status));
    }

    @Test
    void an_event_is_held_back_until_there_are_enough_completions() {
        DataPath path = new DataPath(rig, "");
        path.create();
        assertThat(path.run(272, "00=04030000 08=00000081 0c=00000002 20=00000003"))
                .isEmpty();
        path.ring(0x20, 0, 0x81);
        for (int index = 0; index < 2; index++) {
            path.post(index);
            awaitCompletion(path, index);
        }
        rest(Duration.ofMillis(20));
        assertThat(events(path)).isZero();
        path.post(2);
        path.await(EQ_RING + 0x3c, 1, 0);
        path.post(3);
        awaitCompletion(path, 3);
        assertThat(events(path)).isOne();
        path.destroy();
    }

    @Test
    void or_for_so_long() {
        DataPath path = new DataPath(rig, "");
        path.create();
        assertThat(path.run(272, "00=04030000 08=00000081 0c=00000003 20=0fff03e8"))
                .isEmpty(); // 4095 us, 1000
        path.ring(0x20, 0, 0x81);
        path.post(0);
        path.await(EQ_RING + 0x3c, 1, 0);
        assertThat(path.get(EQ_RING + 0x38)).isEqualTo(0x81);
        path.destroy();
    }

    @Test
    void what_of_a_queue_cannot_be_changed_is_refused() {
        DataPath path = new DataPath(rig, "");
        path.create();
        refused(path, 272, "00=04030000 08=00000099 0c=00000001", CommandStatus.BAD_RESOURCE);
        refused(path, 272, "00=04030000 08=00000081 0c=00000020", CommandStatus.BAD_PARAMETER);
        refused(path, 272, "00=04030000 04=00000001 08=00000081 0c=00000001", CommandStatus.BAD_OPERATION);
        refused(path, 272, "00=04030000 08=00000081 0c=00000008 24=00000009", CommandStatus.BAD_RESOURCE);
        // To the firmware's own event queue: then the other one is not used any more.
        refused(path, 16, "00=03020000 08=00000002", CommandStatus.BAD_RESOURCE_STATE);
        assertThat(path.run(272, "00=04030000 08=00000081 0c=00000008 24=00000001"))
                .isEmpty();
        assertThat(path.run(272, "00=04030000 08=00000080 0c=00000008 24=00000001"))
                .isEmpty();
        assertThat(path.run(16, "00=03020000 08=00000002")).isEmpty();
        assertThat(path.run(280, "00=03010000 1c=06000010 24=00000001 114=20008000"))
                .isEqualTo("08=00000003");
        assertThat(path.run(272, "00=04030000 08=00000081 0c=00000008 24=00000003"))
                .isEmpty();
        assertThat(path.run(272, "00=04030000 08=00000081 0c=00000008 24=00000001"))
                .isEmpty();
        assertThat(path.run(16, "00=03020000 08=00000003")).isEmpty();
        assertThat(path.run(280, "00=03010000 1c=06000010 24=00000001 114=20008000"))
                .isEqualTo("08=00000004");
        assertThat(path.run(16, "00=03020000 08=00000004")).isEmpty();
        assertThat(path.run(16, "00=09060000 08=00000101")).isEmpty();
        assertThat(path.run(16, "00=04010000 08=00000081")).isEmpty();
        assertThat(path.run(16, "00=04010000 08=00000080")).isEmpty();
    }

    @Test
    void a_record_that_looks_armed_is_taken_for_one_where_the_firmware_reads_it() {
        DataPath path = new DataPath(rig, "recovery=on");
        path.create();
        path.set(CQ_RECORD + 4, 0x2000_0000);
        path.post(0);
        awaitCompletion(path, 0);
        rest(Duration.ofMillis(10));
        assertThat(events(path)).as("a polled queue that says so").isZero();
        path.set(CQ_RECORD + 4, 0);
        path.post(1);
        path.await(EQ_RING + 0x3c, 1, 0);
        path.post(2);
        awaitCompletion(path, 2);
        rest(Duration.ofMillis(10));
        assertThat(events(path)).as("the turn of that word is over").isOne();
        path.destroy();
    }

    @Test
    void without_that_it_is_not() {
        DataPath path = new DataPath(rig, "");
        path.create();
        path.set(CQ_RECORD + 4, 0);
        path.post(0);
        awaitCompletion(path, 0);
        rest(Duration.ofMillis(10));
        assertThat(events(path)).isZero();
        path.destroy();
    }

    @Test
    void queues_in_registered_memory_work_and_keep_it() {
        DataPath path = new DataPath(rig, "");
        path.create();
        assertThat(path.run(16, "00=09060000 08=00000101")).isEmpty();
        assertThat(path.run(16, "00=04010000 08=00000081")).isEmpty();
        // Three pages from the ring of the completion queue on, and the page offset that leads there.
        assertThat(path.run(72, "00=0a080000 2c=00000003 34=20010003 3c=20011003 44=20012003"))
                .isEqualTo("08=00000001");
        String queue = " 1c=06000010 24=00000002";
        refused(path, 272, "00=04000000 10=02000000 14=00000001 4c=00002004 58=00000001 5c=80000000" + queue, 3);
        refused(path, 272, "00=04000000 10=02000000 14=00000001 4c=00003000 58=00000001 5c=80000000" + queue, 3);
        refused(path, 272, "00=04000000 10=02000000 14=00000002 4c=00002000 58=00000001 5c=80000000" + queue, 5);
        refused(
                path,
                272,
                "00=04000000 10=02000000 14=00000001 4c=00002000 54=00000040 58=00000001 5c=80000000" + queue,
                3);
        assertThat(path.run(272, "00=04000000 10=02000000 14=00000001 4c=00002000 58=00000001 5c=80000000" + queue))
                .isEqualTo("08=00000082");
        assertThat(path.run(
                        272,
                        "00=09040000 20=10000000 28=00000082 50=10000000 58=00000007 5c=00000010 64=00002040"
                                + " 70=00060006 74=c0000000 78=00000001 7c=00000001 84=00001000"))
                .isEqualTo("08=00000102");
        assertThat(path.run(272, "00=09050000 08=00000102 20=00100000")).isEmpty();
        path.set(SQ_RING + 4, 0x0001_0201);
        path.set(SQ_RING + 8, 8);
        path.set(SQ_RECORD + 4, 1);
        path.ring(0x800, 0, 0x0001_0201);
        path.await(CQ_RING + 0x3c, 0xffff_00ff, 0);
        assertThat(path.get(CQ_RING + 0x38)).isEqualTo(0x102);
        refused(path, 16, "00=0a0a0000 08=00000001", CommandStatus.BAD_RESOURCE_STATE);
        assertThat(path.run(16, "00=09060000 08=00000102")).isEmpty();
        assertThat(path.run(16, "00=04010000 08=00000082")).isEmpty();
        assertThat(path.run(16, "00=0a0a0000 08=00000001")).isEmpty();
        assertThat(path.run(16, "00=04010000 08=00000080")).isEmpty();
        assertThat(path.run(16, "00=03020000 08=00000002")).isEmpty();
    }

    @Test
    void a_send_queue_may_name_what_packets_are_sent_by() {
        DataPath path = new DataPath(rig, "");
        path.create();
        refused(path, 192, "00=09120000 44=00000001", CommandStatus.BAD_RESOURCE);
        assertThat(path.run(16, "00=08160000")).isEqualTo("08=00000001");
        assertThat(path.run(192, "00=09120000 44=00000001")).isEqualTo("08=00000001");
        refused(path, 16, "00=08170000 08=00000001", CommandStatus.BAD_RESOURCE_STATE);
        refused(path, 280, "00=09040000 28=00000081 40=00010000 4c=00000002" + SEND, CommandStatus.BAD_RESOURCE);
        assertThat(path.run(280, "00=09040000 28=00000081 40=00010000 4c=00000001" + SEND))
                .isEqualTo("08=00000102");
        refused(path, 16, "00=09140000 08=00000001", CommandStatus.BAD_RESOURCE_STATE);
        assertThat(path.run(16, "00=09060000 08=00000102")).isEmpty();
        assertThat(path.run(16, "00=09140000 08=00000001")).isEmpty();
        assertThat(path.run(16, "00=08170000 08=00000001")).isEmpty();
        path.destroy();
    }
}
