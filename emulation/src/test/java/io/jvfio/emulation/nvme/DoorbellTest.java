// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.AdminOpcode.*;
import static io.jvfio.driver.nvme.spec.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.mmio.Layouts;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DoorbellTest {
    private static final int INVALID_REGISTER = LogPage.ERRORS << 16;
    private static final int INVALID_VALUE = LogPage.ERRORS << 16 | 1 << 8;
    private static final long SHADOW = Rig.DATA + 0x10000;
    private static final long WANTED = Rig.DATA + 0x11000;

    private Rig rig = new Rig().enable();

    @AfterEach
    void close() {
        rig.close();
    }

    private static Sqe flush(int cid) {
        return Sqe.of(IoOpcode.FLUSH).nsid(1).cid(cid);
    }

    private void expectEvent(int result) {
        rig.settle();
        assertThat(rig.admin.reap()).extracting(Rig.Done::cid, Rig.Done::result).containsExactly(tuple(99, result));
    }

    private void requestEvent() {
        rig.admin.put(Sqe.of(ASYNC_EVENT_REQUEST).cid(99));
        rig.admin.ring();
        rig.settle();
        assertThat(rig.admin.reap()).isEmpty();
    }

    @ParameterizedTest(name = "doorbell at {0}")
    @CsvSource({"8", "12", "40", "44", "4088", "4092"})
    void a_doorbell_of_no_queue_is_an_event(long offset) {
        requestEvent();
        rig.doorbell(offset, 0);
        expectEvent(INVALID_REGISTER);
    }

    @ParameterizedTest(name = "value {1} at {0}")
    @CsvSource({"8, 64", "8, -1", "12, 64", "12, -1", "12, 1", "4, 31", "0, 32"})
    void a_value_that_cannot_be_is_an_event_and_ignored(long offset, int value) {
        Rig.Pair pair = rig.pair(1);
        requestEvent();
        rig.doorbell(offset, value);
        expectEvent(INVALID_VALUE);
        assertThat(pair.status(flush(1))).isEqualTo(SUCCESS);
        assertThat(rig.admin.status(Sqe.of(IDENTIFY).cdw10(1).prp(Rig.DATA, 0))).isEqualTo(SUCCESS);
    }

    @Test
    void mapped_doorbells_are_polled() {
        rig.close();
        rig = new Rig(1, true) {
            @Override
            void doorbell(long offset, int value) {
                doorbells.store(offset, value);
            }
        };
        rig.enable();
        Rig.Pair pair = rig.pair(2);
        for (int i = 0; i < 200; i++) {
            assertThat(pair.run(flush(i)).cid()).isEqualTo(i);
        }
        requestEvent();
        rig.doorbell(16, 77);
        expectEvent(INVALID_VALUE);
        assertThat(pair.status(flush(1))).isEqualTo(SUCCESS);
    }

    @Test
    void only_a_completion_doorbell_that_changes_nothing_at_once_lets_the_controller_sleep() {
        rig.pair(1, 4);
        assertThat(rig.doorbells.ring(8, 0)).isTrue();
        assertThat(rig.doorbells.ring(12, 3)).isFalse();
        assertThat(rig.doorbells.ring(12, 4)).isTrue();
        assertThat(rig.doorbells.ring(20, 0)).isTrue();
        rig.doorbells.starving(true);
        assertThat(rig.doorbells.ring(12, 0)).isTrue();
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "0, 1000, INVALID_FIELD",
        "1000, 0, INVALID_FIELD",
        "1008, 2000, INVALID_FIELD",
        "1000, 2004, INVALID_FIELD",
        "1000, 2000, SUCCESS",
    })
    void shadows_start_a_page(String values, String wanted, StatusCode status) {
        assertThat(rig.admin.status(
                        Sqe.of(DOORBELL_BUFFER_CONFIG).prp(Long.parseLong(values, 16), Long.parseLong(wanted, 16))))
                .isEqualTo(status);
    }

    private Rig.Pair shadowed() {
        Rig.Pair pair = rig.pair(1);
        assertThat(pair.status(flush(0))).isEqualTo(SUCCESS);
        assertThat(rig.admin.status(Sqe.of(DOORBELL_BUFFER_CONFIG).prp(SHADOW, WANTED)))
                .isEqualTo(SUCCESS);
        return pair;
    }

    @Test
    void shadows_of_existing_queues_take_their_values() {
        shadowed();
        assertThat(rig.memory.load(SHADOW + 8)).isEqualTo(1);
        assertThat(rig.memory.load(SHADOW + 12)).isEqualTo(1);
    }

    @Test
    void commands_come_by_shadow_and_the_register_is_not_believed() {
        Rig.Pair pair = shadowed();
        pair.put(flush(5));
        pair.put(flush(6));
        rig.memory.store(SHADOW + 8, pair.tail);
        rig.settle();
        assertThat(pair.reap()).extracting(Rig.Done::cid).containsExactly(5, 6);
        rig.doorbell(8, 50);
        rig.settle();
        assertThat(pair.reap()).isEmpty();
    }

    @Test
    void a_controller_that_rests_asks_for_the_doorbell() {
        Rig.Pair pair = shadowed();
        assertThat(rig.controller.rest()).isFalse();
        assertThat(rig.memory.load(WANTED + 8)).isEqualTo(pair.tail);
        pair.put(flush(5));
        rig.memory.store(SHADOW + 8, pair.tail);
        assertThat(rig.controller.rest()).isTrue();
    }

    @Test
    void a_value_in_a_shadow_that_cannot_be_is_an_event() {
        Rig.Pair pair = shadowed();
        requestEvent();
        rig.memory.store(SHADOW + 8, 64);
        expectEvent(INVALID_VALUE);
        rig.memory.store(SHADOW + 8, pair.tail);
        rig.settle();
        assertThat(rig.csts()).isEqualTo(1);
    }

    @Test
    void room_in_a_completion_queue_comes_by_shadow() {
        Rig.Pair pair = rig.pair(1, 4);
        assertThat(rig.admin.status(Sqe.of(DOORBELL_BUFFER_CONFIG).prp(SHADOW, WANTED)))
                .isEqualTo(SUCCESS);
        int head = 0;
        int phase = 1;
        for (int i = 0; i < 30; i++) {
            pair.put(flush(i));
            rig.memory.store(SHADOW + 8, pair.tail);
            rig.settle();
            int word = rig.memory.at(pair.cq + 16L * head, 16).get(Layouts.LE_SHORT, 14);
            assertThat(word & 1).as("completion %d", i).isEqualTo(phase);
            head = (head + 1) % 4;
            phase = head == 0 ? phase ^ 1 : phase;
            rig.memory.store(SHADOW + 12, head);
        }
    }

    @Test
    void the_admin_queue_keeps_its_register_and_a_reset_ends_shadows() {
        shadowed();
        assertThat(rig.admin.status(Sqe.of(IDENTIFY).cdw10(1).prp(Rig.DATA, 0))).isEqualTo(SUCCESS);
        rig.disable();
        rig.enable();
        Rig.Pair pair = rig.pair(1);
        for (int i : List.of(1, 2, 3)) {
            assertThat(pair.run(flush(i)).cid()).isEqualTo(i);
        }
    }
}
