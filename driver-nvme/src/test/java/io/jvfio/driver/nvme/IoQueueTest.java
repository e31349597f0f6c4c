// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.iommu.ScatterList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A queue and a controller that behaves, and one that does not. */
final class IoQueueTest {
    private static final int RETRIES = 2;

    /** A queue looks at the clock only now and then. */
    private static final int POLLS = 200;

    private final FakeController controller = new FakeController(8);
    private final IoQueue queue = controller.queue(RETRIES);
    private final List<Long> completed = new ArrayList<>();
    private final List<Integer> statuses = new ArrayList<>();

    private final CompletionHandler handler = command -> {
        completed.add(command.tag());
        statuses.add(command.status());
    };

    private void post(long tag) {
        NvmeCommand command = queue.take();
        assertThat(command).isNotNull();
        command.flush(controller.namespace).tag(tag).post();
    }

    private void pollOften() {
        for (int i = 0; i < POLLS; i++) {
            queue.poll(handler);
        }
    }

    @Test
    void many_commands_go_with_one_doorbell_and_come_with_one() {
        for (int tag = 0; tag < 5; tag++) {
            post(tag);
        }
        assertThat(controller.doorbells).isZero();
        queue.ring();
        assertThat(controller.doorbells).isEqualTo(1);
        assertThat(controller.commands).isEqualTo(5);
        assertThat(queue.poll(handler)).isEqualTo(5);
        assertThat(controller.doorbells).isEqualTo(2);
        assertThat(completed).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(queue.busy()).isZero();
    }

    @Test
    void completions_that_come_one_by_one_are_told_of_together() {
        controller.behaviour = (opcode, cid) -> FakeController.NO_ANSWER;
        List<Integer> cids = new ArrayList<>();
        for (int tag = 0; tag < 7; tag++) {
            post(tag);
            queue.ring();
            cids.add(controller.lastCid);
        }
        int submissions = controller.doorbells;
        List<Integer> bells = new ArrayList<>();
        for (int cid : cids) {
            controller.complete(cid, 0);
            assertThat(queue.poll(handler)).isOne();
            bells.add(controller.doorbells - submissions);
        }
        // When they are more than half of the ring, and when there is nothing more to come.
        assertThat(bells).containsExactly(0, 0, 0, 1, 1, 1, 2);
    }

    @Test
    void a_controller_has_room_for_the_completion_of_each_command_it_is_told_of() {
        controller.behaviour = (opcode, cid) -> FakeController.NO_ANSWER;
        List<Integer> cids = new ArrayList<>();
        for (int tag = 0; tag < 7; tag++) {
            post(tag);
            queue.ring();
            cids.add(controller.lastCid);
        }
        for (int number = 0; number < 2; number++) {
            controller.complete(cids.get(number), 0);
            assertThat(queue.poll(handler)).isOne();
        }
        int before = controller.doorbells;
        post(8);
        queue.ring();
        assertThat(controller.doorbells - before)
                .as("the completion queue, then the submission queue")
                .isEqualTo(2);
        post(9);
        queue.ring();
        assertThat(controller.doorbells - before).isEqualTo(3);
    }

    @Test
    void both_rings_go_round_many_times() {
        for (int round = 0; round < 1000; round++) {
            for (int i = 0; i < 1 + round % 7; i++) {
                post(round);
            }
            assertThat(queue.poll(handler)).isEqualTo(1 + round % 7);
        }
        assertThat(statuses).containsOnly(0);
    }

    @Test
    void a_command_may_be_posted_where_another_is_completed() {
        post(0);
        int[] left = {20};
        CompletionHandler again = command -> {
            if (left[0]-- > 0) {
                post(left[0]);
            }
        };
        while (queue.busy() > 0) {
            queue.poll(again);
        }
        assertThat(controller.commands).isEqualTo(21);
    }

    @Test
    void the_handler_may_not_poll() {
        post(0);
        assertThatThrownBy(() -> queue.poll(command -> queue.poll(handler)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("polls it");
        post(1);
        assertThat(queue.poll(handler)).isEqualTo(1);
    }

    @Test
    void results_of_a_command_are_told() {
        NvmeCommand command = queue.take();
        command.writeZeroes(controller.namespace, 0x1234, 16).tag(9).post();
        controller.behaviour = (opcode, cid) -> StatusCode.LBA_OUT_OF_RANGE.finalStatus();
        queue.poll(done -> {
            assertThat(done).isSameAs(command);
            assertThat(done.succeeded()).isFalse();
            assertThat(done.result()).isEqualTo(controller.lastCid * 3);
            assertThat(done.lba()).isEqualTo(0x1234);
            assertThat(done.opcode()).isEqualTo(IoOpcode.WRITE_ZEROES);
            assertThatThrownBy(done::check)
                    .isInstanceOf(CommandFailedException.class)
                    .hasMessage(
                            "Write Zeroes failed: LBA out of range (type 0, code 0x80, do not retry): blocks 0x1234 to"
                                    + " 0x1243 of namespace 1, queue 3 of fake");
        });
    }

    @Test
    void what_makes_no_sense_is_refused_before_it_is_posted() {
        NvmeCommand command = queue.take();
        Namespace namespace = controller.namespace;
        assertThatThrownBy(() -> command.read(namespace, FakeController.BLOCKS, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> command.read(namespace, FakeController.BLOCKS - 1, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> command.read(namespace, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> command.read(namespace, Long.MAX_VALUE, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> command.read(namespace, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> command.read(namespace, 0, 4096)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> command.deallocate(namespace, 257)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> command.read(namespace, 0, 1).post())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("moves 0x200 bytes");
        assertThatThrownBy(() -> command.read(namespace, 0, 1)
                        .data(new ScatterList().add(4096, 511))
                        .post())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> command.flush(namespace).forceUnitAccess()).isInstanceOf(IllegalStateException.class);
        command.release();
        assertThatThrownBy(() -> command.flush(namespace)).isInstanceOf(IllegalStateException.class);
        assertThat(controller.commands).isZero();
        assertThat(queue.busy()).isZero();
    }

    @Test
    void a_namespace_that_cannot_be_used_says_why() {
        Namespace odd =
                new Namespace(null, new NamespaceInfo(2, 100, 0, 512, 8, 0, List.of(), "", "", "it has metadata"));
        NvmeCommand command = queue.take();
        assertThatThrownBy(() -> command.read(odd, 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("namespace 2 cannot be used: it has metadata");
    }

    @Test
    void an_error_that_may_pass_is_tried_again_under_another_identifier() {
        List<Integer> ids = new ArrayList<>();
        controller.behaviour = (opcode, cid) -> {
            ids.add(cid);
            return ids.size() < 3 ? StatusCode.INTERNAL_ERROR.status() : 0;
        };
        post(5);
        while (queue.busy() > 0) {
            queue.poll(handler);
        }
        assertThat(statuses).containsExactly(0);
        assertThat(ids).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void a_namespace_that_is_not_ready_is_waited_for_and_no_longer_than_that() {
        controller.behaviour = (opcode, cid) -> StatusCode.NAMESPACE_NOT_READY.status();
        post(5);
        for (int millis = 0; millis < FakeController.READY.toMillis() - 200; millis++) {
            queue.poll(handler);
            controller.pass(Duration.ofMillis(1));
        }
        assertThat(statuses).isEmpty();
        assertThat(controller.commands).isBetween(50, 1000);
        controller.behaviour = (opcode, cid) -> 0;
        controller.pass(Duration.ofMillis(150));
        queue.poll(handler);
        assertThat(statuses).containsExactly(0);

        controller.behaviour = (opcode, cid) -> StatusCode.NAMESPACE_NOT_READY.status();
        post(6);
        while (queue.busy() > 0) {
            queue.poll(handler);
            controller.pass(Duration.ofMillis(500));
        }
        assertThat(statuses).containsExactly(0, StatusCode.NAMESPACE_NOT_READY.status());
    }

    @Test
    void the_controller_gets_the_delay_that_it_asks_for() {
        int delayed = StatusCode.RETRY_DELAY.set(StatusCode.INTERNAL_ERROR.status(), 1);
        controller.behaviour = (opcode, cid) -> controller.commands < 2 ? delayed : 0;
        post(5);
        queue.poll(handler);
        controller.pass(Duration.ofMillis(299));
        queue.poll(handler);
        assertThat(controller.commands).isEqualTo(1);
        controller.pass(Duration.ofMillis(1));
        queue.poll(handler);
        assertThat(controller.commands).isEqualTo(2);
        assertThat(statuses).containsExactly(0);
    }

    @ParameterizedTest
    @CsvSource({"0x4082, 1", "0x0281, 3", "0x0285, 1", "0x0080, 1", "0x0006, 3", "0x0106, 1", "0x0370, 3", "0x07c1, 1"})
    void an_error_that_stays_is_told_after_as_many_tries_as_make_sense(String status, int tries) {
        controller.behaviour = (opcode, cid) -> Integer.decode(status);
        post(5);
        while (queue.busy() > 0) {
            queue.poll(handler);
        }
        assertThat(statuses).containsExactly(Integer.decode(status));
        assertThat(controller.commands).isEqualTo(tries);
    }

    @Test
    void a_command_without_an_answer_is_aborted_and_tried_again() {
        controller.behaviour = (opcode, cid) -> controller.commands == 1 ? FakeController.NO_ANSWER : 0;
        post(1);
        pollOften();
        assertThat(controller.calls).isEmpty();
        controller.pass(FakeController.TIMEOUT.plusMillis(1));
        pollOften();
        assertThat(controller.calls).containsExactly("abort");
        assertThat(statuses).containsExactly(0);
        assertThat(controller.commands).isEqualTo(2);
    }

    @Test
    void a_command_that_is_never_answered_ends_after_all_tries() {
        controller.behaviour = (opcode, cid) -> FakeController.NO_ANSWER;
        post(1);
        for (int i = 0; i <= RETRIES; i++) {
            pollOften();
            controller.pass(FakeController.TIMEOUT.plusMillis(1));
        }
        pollOften();
        assertThat(statuses).containsExactly(StatusCode.ABORT_REQUESTED.status());
        assertThat(controller.commands).isEqualTo(RETRIES + 1);
        assertThat(queue.busy()).isZero();
    }

    @Test
    void a_command_that_cannot_be_aborted_makes_the_queue_anew_and_nothing_is_lost() {
        controller.aborts = false;
        controller.behaviour = (opcode, cid) -> controller.commands <= 3 ? FakeController.NO_ANSWER : 0;
        post(1);
        post(2);
        post(3);
        queue.ring();
        controller.pass(FakeController.TIMEOUT.plusMillis(1));
        pollOften();
        assertThat(controller.calls).hasSize(2);
        assertThat(controller.calls.getLast())
                .startsWith("recover: Flush with id")
                .endsWith("cannot be aborted");
        assertThat(completed).containsExactlyInAnyOrder(1L, 2L, 3L);
        assertThat(statuses).containsOnly(0);
        post(4);
        assertThat(queue.poll(handler)).isEqualTo(1);
    }

    @Test
    void a_doorbell_that_was_missed_is_rung_again() {
        controller.hearsDoorbells = false;
        controller.aborts = false;
        post(1);
        queue.ring();
        controller.hearsDoorbells = true;
        controller.pass(FakeController.TIMEOUT.plusMillis(1));
        pollOften();
        assertThat(statuses).containsExactly(0);
        assertThat(controller.calls).containsExactly("abort");
    }

    /** What a completion may have that it cannot have. */
    enum Nonsense {
        UNKNOWN_COMMAND,
        COMMAND_TWICE,
        OTHER_QUEUE,
        HEAD_OUTSIDE,
        OLD_IDENTIFIER
    }

    @ParameterizedTest
    @EnumSource(Nonsense.class)
    void a_completion_that_cannot_be_makes_the_queue_anew_and_nothing_is_lost(Nonsense kind) {
        boolean[] mad = {true};
        controller.behaviour = (opcode, cid) -> {
            if (!mad[0]) {
                return 0;
            }
            mad[0] = false;
            switch (kind) {
                case UNKNOWN_COMMAND -> controller.complete(0xffff, 0);
                case COMMAND_TWICE -> {
                    controller.complete(cid, 0);
                    controller.complete(cid, 0);
                }
                case OTHER_QUEUE -> controller.complete(cid, 0, FakeController.QUEUE + 1, 0);
                case HEAD_OUTSIDE -> controller.complete(cid, 0, FakeController.QUEUE, 8);
                case OLD_IDENTIFIER -> controller.complete(cid + 8, 0);
            }
            return FakeController.NO_ANSWER;
        };
        post(1);
        post(2);
        while (queue.busy() > 0) {
            queue.poll(handler);
        }
        assertThat(controller.calls).hasSize(1);
        assertThat(controller.calls.getFirst()).startsWith("recover: a completion that cannot be");
        assertThat(completed).containsExactlyInAnyOrder(1L, 2L);
        assertThat(statuses).containsOnly(0);
    }

    @Test
    void a_command_cannot_be_complete_before_the_controller_is_told_of_it() {
        boolean[] mad = {true};
        controller.behaviour = (opcode, cid) -> {
            if (mad[0]) {
                mad[0] = false;
                controller.complete(cid, 0);
                // The same slot's next one, which the handler posts and nobody has rung for.
                controller.complete(cid + 8, 0);
                return FakeController.NO_ANSWER;
            }
            return 0;
        };
        post(1);
        queue.poll(command -> {
            handler.completed(command);
            post(2);
        });
        assertThat(controller.calls).hasSize(1);
        assertThat(controller.calls.getFirst()).startsWith("recover: a completion that cannot be");
        while (queue.busy() > 0) {
            queue.poll(handler);
        }
        assertThat(completed).containsExactly(1L, 2L);
        assertThat(statuses).containsOnly(0);
    }

    @Test
    void time_runs_from_the_doorbell_on() {
        controller.behaviour = (opcode, cid) -> FakeController.NO_ANSWER;
        post(1);
        controller.pass(FakeController.TIMEOUT.multipliedBy(2));
        queue.ring();
        pollOften();
        assertThat(controller.calls).isEmpty();
        controller.pass(Duration.ofMillis(3));
        controller.complete(controller.lastCid, 0);
        long[] nanos = {0};
        queue.poll(command -> nanos[0] = command.nanos());
        assertThat(Duration.ofNanos(nanos[0])).isEqualTo(Duration.ofMillis(3));
    }

    @Test
    void a_controller_that_always_sends_nonsense_ends_every_command_with_an_error() {
        controller.behaviour = (opcode, cid) -> {
            controller.complete(0xfff0, 0);
            return FakeController.NO_ANSWER;
        };
        post(1);
        for (int i = 0; queue.busy() > 0 && i < POLLS; i++) {
            queue.poll(handler);
        }
        assertThat(statuses).containsExactly(StatusCode.ABORTED_SQ_DELETION.status());
        assertThat(controller.calls).hasSize(RETRIES + 1);
    }

    @Test
    void a_completion_without_a_command_does_not_hold_the_poll() {
        for (int i = 0; i < 20; i++) {
            controller.complete(0x77, 0);
        }
        assertThat(queue.poll(handler)).isZero();
        assertThat(controller.calls).hasSize(1);
    }

    @Test
    void after_a_reset_by_somebody_else_what_was_under_way_is_tried_again() {
        controller.behaviour = (opcode, cid) -> FakeController.NO_ANSWER;
        post(1);
        post(2);
        queue.ring();
        controller.behaviour = (opcode, cid) -> 0;
        controller.epoch++;
        post(3);
        queue.ring();
        assertThat(controller.commands).isEqualTo(2);
        while (queue.busy() > 0) {
            queue.poll(handler);
        }
        assertThat(controller.calls).containsExactly("join");
        assertThat(completed).containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    @Test
    void a_controller_that_failed_is_told_by_every_call() {
        post(1);
        controller.epoch++;
        controller.unusable = new ControllerFailedException("fake", "it is broken");
        assertThatThrownBy(() -> queue.poll(handler)).isInstanceOf(ControllerFailedException.class);
        assertThatThrownBy(() -> queue.await(handler, Duration.ofSeconds(1)))
                .isInstanceOf(ControllerFailedException.class);
        assertThatThrownBy(() -> queue.drain(handler)).isInstanceOf(ControllerFailedException.class);
        queue.close();
        assertThat(controller.calls).endsWith("closed");
    }

    @Test
    void a_wait_ends_with_its_time() throws InterruptedException {
        controller.behaviour = (opcode, cid) -> FakeController.NO_ANSWER;
        assertThat(queue.await(handler, Duration.ofSeconds(1))).isZero();
        post(1);
        assertThat(queue.await(handler, Duration.ZERO)).isZero();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> queue.await(handler, Duration.ofSeconds(1))).isInstanceOf(InterruptedException.class);
    }

    @Test
    void a_closed_queue_says_so() {
        queue.close();
        queue.close();
        assertThat(controller.calls).containsExactly("closed");
        assertThatThrownBy(queue::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        assertThatThrownBy(() -> queue.poll(handler)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(queue::ring).isInstanceOf(IllegalStateException.class);
    }
}
