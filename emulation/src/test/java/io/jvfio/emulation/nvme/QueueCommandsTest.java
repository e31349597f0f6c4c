// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.AdminOpcode.*;
import static io.jvfio.driver.nvme.spec.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.StatusCode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QueueCommandsTest {
    private final Rig rig = new Rig().enable();

    @AfterEach
    void close() {
        rig.close();
    }

    private static Sqe flush() {
        return Sqe.of(IoOpcode.FLUSH).nsid(1);
    }

    private StatusCode createCq(int id, int size, long base, int flags) {
        return rig.admin.status(
                Sqe.of(CREATE_CQ).prp(base, 0).cdw10(id | (size - 1) << 16).cdw11(flags));
    }

    @ParameterizedTest(name = "queue {0} of {1} at +0x{2}, flags 0x{3}: {4}")
    @CsvSource({
        "1, 2,    100000, 1, SUCCESS",
        "4, 1024, 100000, 1, SUCCESS",
        "0, 16,   100000, 1, INVALID_QUEUE_ID",
        "5, 16,   100000, 1, INVALID_QUEUE_ID",
        "65535, 16, 100000, 1, INVALID_QUEUE_ID",
        "1, 1,    100000, 1, INVALID_QUEUE_SIZE",
        "1, 1025, 100000, 1, INVALID_QUEUE_SIZE",
        "1, 65536, 100000, 1, INVALID_QUEUE_SIZE",
        "1, 16,   100010, 1, PRP_OFFSET_INVALID",
        "1, 16,   100000, 0, INVALID_FIELD",
        "1, 16,   100000, 40003, SUCCESS",
        "1, 16,   100000, 50003, INVALID_INTERRUPT_VECTOR",
        "1, 16,   100000, ffff0003, INVALID_INTERRUPT_VECTOR",
        "1, 16,   100000, ffff0001, SUCCESS",
    })
    void a_completion_queue_is_created_within_limits(int id, int size, String base, String flags, StatusCode status) {
        assertThat(createCq(id, size, Rig.RAM + Long.parseLong(base, 16), Integer.parseUnsignedInt(flags, 16)))
                .isEqualTo(status);
    }

    @Test
    void a_queue_may_not_pass_the_last_address() {
        assertThat(createCq(1, 1024, -0x1000, 1)).isEqualTo(INVALID_FIELD);
        assertThat(createCq(1, 256, -0x1000, 1)).isEqualTo(SUCCESS);
    }

    @Test
    void a_number_is_used_once() {
        Rig.Pair pair = rig.pair(1);
        assertThat(rig.admin.status(Rig.createCq(pair, 1))).isEqualTo(INVALID_QUEUE_ID);
        assertThat(rig.admin.status(Rig.createSq(pair, 1))).isEqualTo(INVALID_QUEUE_ID);
    }

    @ParameterizedTest(name = "queue {0} of {1}, completing to {2}: {3}")
    @CsvSource({
        "1, 2, 1, SUCCESS",
        "4, 1024, 1, SUCCESS",
        "0, 16, 1, INVALID_QUEUE_ID",
        "5, 16, 1, INVALID_QUEUE_ID",
        "1, 16, 0, INVALID_QUEUE_ID",
        "1, 16, 5, INVALID_QUEUE_ID",
        "1, 16, 2, INVALID_COMPLETION_QUEUE",
        "1, 1, 1, INVALID_QUEUE_SIZE",
        "1, 1025, 1, INVALID_QUEUE_SIZE",
    })
    void a_submission_queue_is_created_within_limits(int id, int size, int cqid, StatusCode status) {
        assertThat(createCq(1, 16, Rig.DATA, 1)).isEqualTo(SUCCESS);
        Sqe command = Sqe.of(CREATE_SQ)
                .prp(Rig.DATA + 0x10000, 0)
                .cdw10(id | size - 1 << 16)
                .cdw11(cqid << 16 | 1);
        assertThat(rig.admin.status(command)).isEqualTo(status);
    }

    @Test
    void entries_of_another_size_are_refused() {
        rig.disable();
        rig.admin = rig.new Pair(0, Rig.ADMIN_ENTRIES);
        rig.write(ControllerRegisters.CC.offset(), 1);
        rig.settle();
        assertThat(createCq(1, 16, Rig.DATA, 1)).isEqualTo(INVALID_QUEUE_SIZE);
    }

    @Test
    void a_completion_queue_in_use_cannot_be_deleted() {
        rig.pair(1);
        assertThat(rig.admin.status(Sqe.of(DELETE_CQ).cdw10(1))).isEqualTo(INVALID_QUEUE_DELETION);
        assertThat(rig.admin.status(Sqe.of(DELETE_SQ).cdw10(1))).isEqualTo(SUCCESS);
        assertThat(rig.admin.status(Sqe.of(DELETE_CQ).cdw10(1))).isEqualTo(SUCCESS);
        assertThat(rig.admin.status(Sqe.of(DELETE_CQ).cdw10(1))).isEqualTo(INVALID_QUEUE_ID);
    }

    @Test
    void the_admin_queues_and_queues_that_are_not_there_cannot_be_deleted() {
        for (int id : List.of(0, 1, 5, 0xffff)) {
            assertThat(rig.admin.status(Sqe.of(DELETE_SQ).cdw10(id))).isEqualTo(INVALID_QUEUE_ID);
            assertThat(rig.admin.status(Sqe.of(DELETE_CQ).cdw10(id))).isEqualTo(INVALID_QUEUE_ID);
        }
    }

    @Test
    void several_submission_queues_share_a_completion_queue() {
        Rig.Pair first = rig.pair(1);
        Rig.Pair second = rig.new Pair(2, 16);
        assertThat(rig.admin.status(Rig.createSq(second, 1))).isEqualTo(SUCCESS);
        first.put(flush().cid(7));
        second.put(flush().cid(8));
        first.ring();
        second.ring();
        rig.settle();
        assertThat(first.reap())
                .extracting(Rig.Done::sqid, Rig.Done::cid)
                .containsExactlyInAnyOrder(tuple(1, 7), tuple(2, 8));
        assertThat(rig.admin.status(Sqe.of(DELETE_SQ).cdw10(1))).isEqualTo(SUCCESS);
        assertThat(rig.admin.status(Sqe.of(DELETE_CQ).cdw10(1))).isEqualTo(INVALID_QUEUE_DELETION);
    }

    @Test
    void a_queue_that_is_created_again_starts_at_its_first_entry() {
        Rig.Pair pair = rig.pair(1);
        assertThat(pair.status(flush())).isEqualTo(SUCCESS);
        rig.admin.status(Sqe.of(DELETE_SQ).cdw10(1));
        rig.admin.status(Sqe.of(DELETE_CQ).cdw10(1));
        pair = rig.pair(1);
        rig.settle();
        assertThat(pair.reap()).isEmpty();
        assertThat(pair.run(flush()).sqhd()).isEqualTo(1);
    }

    @Test
    void commands_wait_while_their_completion_queue_is_full() {
        Rig.Pair pair = rig.pair(1, 4);
        for (int i = 0; i < 3; i++) {
            pair.put(flush().cid(i));
        }
        pair.ring();
        rig.settle();
        Rig.Pair other = rig.new Pair(2, 64);
        assertThat(rig.admin.status(Rig.createSq(other, 1))).isEqualTo(SUCCESS);
        other.put(flush().cid(9));
        other.ring();
        rig.settle();
        assertThat(pair.reap()).extracting(Rig.Done::cid).containsExactly(0, 1, 2);
        rig.settle();
        assertThat(pair.reap()).extracting(Rig.Done::cid).containsExactly(9);
    }

    @Test
    void queues_wrap_with_phase_and_head() {
        Rig.Pair pair = rig.pair(1, 5);
        for (int i = 0; i < 23; i++) {
            Rig.Done done = pair.run(flush().cid(i));
            assertThat(done.cid()).isEqualTo(i);
            assertThat(done.sqhd()).isEqualTo((i + 1) % 5);
            assertThat(done.status()).isZero();
        }
    }

    @Test
    void a_batch_of_completions_interrupts_once() {
        Rig.Pair pair = rig.pair(3);
        rig.raised.clear();
        for (int i = 0; i < 20; i++) {
            pair.put(flush().cid(i));
        }
        pair.ring();
        rig.settle();
        assertThat(pair.reap()).hasSize(20);
        assertThat(rig.raised).containsExactly(3);
    }

    @Test
    void a_step_ends_after_so_many_bytes_and_goes_on_with_the_next_queue() {
        Rig.Pair first = rig.pair(1);
        Rig.Pair second = rig.pair(2);
        for (int i = 0; i < 30; i++) {
            first.put(Sqe.of(IoOpcode.WRITE_ZEROES).nsid(1).cid(i).blocks(0, 8192));
        }
        second.put(flush());
        first.ring();
        second.ring();
        assertThat(rig.controller.step()).isTrue();
        assertThat(first.reap()).hasSize(4);
        assertThat(second.reap()).isEmpty();
        assertThat(rig.controller.step()).isTrue();
        assertThat(second.reap()).hasSize(1);
        rig.settle();
        assertThat(first.reap()).hasSize(26);
    }

    @Test
    void a_queue_without_interrupts_does_not_interrupt() {
        Rig.Pair pair = rig.new Pair(1, 16);
        rig.admin.status(Sqe.of(CREATE_CQ).prp(pair.cq, 0).cdw10(1 | 15 << 16).cdw11(1));
        rig.admin.status(Rig.createSq(pair, 1));
        rig.raised.clear();
        assertThat(pair.status(flush())).isEqualTo(SUCCESS);
        assertThat(rig.raised).isEmpty();
    }

    @Test
    void an_io_queue_that_cannot_be_reached_is_fatal() {
        assertThat(createCq(1, 16, Rig.DATA, 1)).isEqualTo(SUCCESS);
        assertThat(rig.admin.status(
                        Sqe.of(CREATE_SQ).prp(Rig.END, 0).cdw10(1 | 15 << 16).cdw11(1 << 16 | 1)))
                .isEqualTo(SUCCESS);
        rig.doorbell(8, 1);
        rig.settle();
        assertThat(rig.csts()).isEqualTo(3);
    }
}
