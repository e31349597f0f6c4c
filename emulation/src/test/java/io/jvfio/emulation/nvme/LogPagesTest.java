// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.AdminOpcode.*;
import static io.jvfio.driver.nvme.spec.FeatureId.*;
import static io.jvfio.driver.nvme.spec.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.mmio.Word32;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Log pages, and the events that name them. */
final class LogPagesTest {
    private static final int NAMESPACES_CHANGED = LogPage.CHANGED_NAMESPACES << 16 | 2;
    private static final int HOT = LogPage.SMART << 16 | 1 << 8 | 1;

    private final Rig rig = new Rig().enable();
    private final MemorySegment out = rig.data(4096);

    @AfterEach
    void close() {
        rig.close();
    }

    private void requestEvents(int count) {
        for (int i = 0; i < count; i++) {
            rig.admin.put(Sqe.of(ASYNC_EVENT_REQUEST).cid(100 + i));
        }
        rig.admin.ring();
        rig.settle();
    }

    @ParameterizedTest(name = "page {0}, namespace {1}, offset {2}, {3} dwords: {4}")
    @CsvSource({
        "1, 0, 0, 1024, SUCCESS",
        "2, 0, 0, 128, SUCCESS",
        "2, -1, 0, 128, SUCCESS",
        "2, 1, 0, 128, INVALID_FIELD",
        "3, 0, 0, 128, SUCCESS",
        "4, 0, 0, 1024, SUCCESS",
        "5, 0, 4, 16, SUCCESS",
        "5, 0, 2, 16, INVALID_FIELD",
        "5, 0, 4096, 16, SUCCESS",
        "5, 0, 4100, 16, INVALID_FIELD",
        "5, 0, -4, 16, INVALID_FIELD",
        "5, 0, 0, 262144, SUCCESS",
        "5, 0, 0, 262145, INVALID_FIELD",
        "5, 0, 0, 2147483648, INVALID_FIELD",
        "0, 0, 0, 128, INVALID_LOG_PAGE",
        "6, 0, 0, 128, INVALID_LOG_PAGE",
        "128, 0, 0, 128, INVALID_LOG_PAGE",
        "255, 0, 0, 128, INVALID_LOG_PAGE",
    })
    void pages_have_limits(int page, int nsid, long offset, long dwords, StatusCode status) {
        Sqe command = Sqe.of(GET_LOG_PAGE)
                .nsid(nsid)
                .cdw10(page | (int) (dwords - 1) << 16)
                .cdw11((int) (dwords - 1 >>> 16))
                .cdw12((int) offset)
                .cdw13((int) (offset >> 32))
                .prp(Rig.DATA, Rig.DATA + 4096);
        assertThat(rig.admin.status(command)).isEqualTo(status);
    }

    @Test
    void nothing_is_written_behind_what_was_asked_for() {
        out.fill((byte) 0x55);
        assertThat(rig.admin.status(Rig.log(LogPage.SMART, 16))).isEqualTo(SUCCESS);
        assertThat(LogPage.TEMPERATURE.of(out)).isEqualTo(Health.TEMPERATURE);
        assertThat(Word32.at(16).of(out)).isEqualTo(0x55555555);
    }

    @Test
    void health_counts_what_moves() {
        Rig.Pair pair = rig.pair(1);
        for (int i = 0; i < 3; i++) {
            pair.status(Sqe.of(IoOpcode.READ).nsid(1).blocks(0, 8).prp(Rig.DATA, 0));
        }
        pair.status(Sqe.of(IoOpcode.WRITE).nsid(1).blocks(0, 8).prp(Rig.DATA, 0));
        pair.status(Sqe.of(IoOpcode.READ).nsid(1).blocks(-1, 8).prp(Rig.DATA, 0));
        rig.now = 3_600_000_000_000L * 5;
        rig.admin.status(Rig.log(LogPage.SMART, 512));
        assertThat(LogPage.READ_COMMANDS.of(out)).isEqualTo(3);
        assertThat(LogPage.WRITE_COMMANDS.of(out)).isEqualTo(1);
        assertThat(LogPage.DATA_READ.of(out)).isEqualTo(1);
        assertThat(LogPage.DATA_WRITTEN.of(out)).isEqualTo(1);
        assertThat(LogPage.POWER_ON_HOURS.of(out)).isEqualTo(5);
        assertThat(LogPage.ERROR_ENTRIES.of(out)).isEqualTo(1);
        assertThat(LogPage.AVAILABLE_SPARE.of(out)).isEqualTo(100);
        assertThat(LogPage.CRITICAL_WARNING.of(out)).isZero();
    }

    @Test
    void errors_are_remembered_the_newest_first() {
        Rig.Pair pair = rig.pair(2);
        for (int i = 0; i < 70; i++) {
            pair.run(Sqe.of(IoOpcode.READ).nsid(2).cid(i).blocks(1L << 40 | i, 8));
        }
        assertThat(rig.admin.status(Rig.log(LogPage.ERRORS, 4096))).isEqualTo(SUCCESS);
        assertThat(LogPage.ERROR_COUNT.of(out)).isEqualTo(70);
        assertThat(LogPage.ERROR_SQID.of(out)).isEqualTo(2);
        assertThat(LogPage.ERROR_CID.of(out)).isEqualTo(69);
        assertThat(LogPage.ERROR_NSID.of(out)).isEqualTo(2);
        assertThat(LogPage.ERROR_LBA.of(out)).isEqualTo(1L << 40 | 69);
        int status = CompletionEntry.STATUS.of(LogPage.ERROR_STATUS.of(out));
        assertThat(LBA_OUT_OF_RANGE.matches(status)).isTrue();
        assertThat(LogPage.ERROR_COUNT.of(out, 63 * 64)).isEqualTo(7);
    }

    @Test
    void the_firmware_is_what_identify_says() {
        rig.admin.status(Rig.log(LogPage.FIRMWARE_SLOTS, 512));
        assertThat(LogPage.ACTIVE_FIRMWARE.of(out)).isEqualTo(1);
        assertThat(LogPage.FIRMWARE_1.of(out)).isEqualTo("1.0");
    }

    @Test
    void effects_are_of_the_commands_that_there_are() {
        rig.admin.status(Rig.log(LogPage.EFFECTS, 4096));
        for (int opcode = 0; opcode < 256; opcode++) {
            boolean admin = Word32.at(4 * opcode).of(out) != 0;
            boolean io = Word32.at(1024 + 4 * opcode).of(out) != 0;
            assertThat(admin).as("admin %x", opcode).isEqualTo(AdminCommands.isSupported(opcode));
            assertThat(io).as("io %x", opcode).isEqualTo(IoCommands.isSupported(opcode));
        }
        assertThat(Word32.at(4 * FORMAT_NVM).of(out)).isEqualTo(0x10007);
        assertThat(Word32.at(1024 + 4 * IoOpcode.WRITE).of(out)).isEqualTo(3);
    }

    @Test
    void more_requests_for_events_than_the_limit_are_refused() {
        requestEvents(AsyncEvents.LIMIT + 1);
        assertThat(rig.admin.reap())
                .extracting(Rig.Done::cid, Rig.Done::code)
                .containsExactly(tuple(100 + AsyncEvents.LIMIT, ASYNC_EVENT_LIMIT_EXCEEDED));
    }

    @Test
    void a_changed_namespace_is_told_once_until_its_page_is_read() {
        rig.admin.status(Rig.setFeature(ASYNC_EVENTS, 0x100));
        requestEvents(2);
        rig.controller.attach(2, false);
        rig.settle();
        assertThat(rig.admin.reap()).extracting(Rig.Done::result).containsExactly(NAMESPACES_CHANGED);
        rig.controller.attach(1, false);
        rig.settle();
        assertThat(rig.admin.reap()).isEmpty();
        int retain = 1 << 15;
        rig.admin.status(Rig.log(LogPage.CHANGED_NAMESPACES | retain, 4096));
        assertThat(Word32.at(0).of(out)).isEqualTo(1);
        assertThat(Word32.at(4).of(out)).isEqualTo(2);
        rig.admin.put(Rig.log(LogPage.CHANGED_NAMESPACES, 4096));
        rig.admin.ring();
        rig.settle();
        assertThat(rig.admin.reap()).extracting(Rig.Done::result).containsExactly(0, NAMESPACES_CHANGED);
        rig.admin.status(Rig.log(LogPage.CHANGED_NAMESPACES, 4096));
        assertThat(Word32.at(0).of(out)).isZero();
    }

    @Test
    void a_driver_that_did_not_ask_is_not_told_of_namespaces() {
        requestEvents(1);
        rig.controller.attach(2, false);
        rig.settle();
        assertThat(rig.admin.reap()).isEmpty();
    }

    @Test
    void a_threshold_below_the_temperature_is_a_warning() {
        rig.admin.status(Rig.setFeature(ASYNC_EVENTS, 2));
        requestEvents(2);
        rig.admin.put(Rig.setFeature(TEMPERATURE_THRESHOLD, Health.TEMPERATURE));
        rig.admin.ring();
        rig.settle();
        assertThat(rig.admin.reap()).extracting(Rig.Done::result).containsExactly(0, HOT);
        rig.admin.status(Rig.log(LogPage.SMART, 512));
        assertThat(LogPage.CRITICAL_WARNING.of(out)).isEqualTo(2);
        rig.admin.status(Rig.setFeature(TEMPERATURE_THRESHOLD, Health.TEMPERATURE + 1));
        rig.admin.status(Rig.log(LogPage.SMART, 512));
        assertThat(LogPage.CRITICAL_WARNING.of(out)).isZero();
        rig.admin.put(Rig.setFeature(TEMPERATURE_THRESHOLD, 1 << 20 | Health.TEMPERATURE));
        rig.admin.ring();
        rig.settle();
        assertThat(rig.admin.reap()).extracting(Rig.Done::result).containsExactly(0, HOT);
    }

    @Test
    void an_event_that_nobody_waits_for_is_kept() {
        rig.admin.status(Rig.setFeature(ASYNC_EVENTS, 0x100));
        rig.controller.attach(2, false);
        rig.settle();
        requestEvents(1);
        assertThat(rig.admin.reap()).extracting(Rig.Done::result).containsExactly(NAMESPACES_CHANGED);
    }

    @Test
    void a_reset_forgets_requests_and_events() {
        requestEvents(3);
        rig.doorbell(8, 1);
        rig.disable();
        rig.enable();
        requestEvents(AsyncEvents.LIMIT);
        assertThat(rig.admin.reap()).isEmpty();
    }
}
