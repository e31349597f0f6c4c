// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.ControllerRegisters.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.StatusCode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BringUpTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void the_registers_say_what_a_driver_needs_to_know() {
        long cap = rig.registers.read(CAP.offset(), 8);
        assertThat(CAP_MQES.of(cap)).isEqualTo(Registers.MOST_ENTRIES - 1);
        assertThat(CAP_CQR.of(cap)).isEqualTo(1);
        assertThat(CAP_DSTRD.of(cap)).isZero();
        assertThat(CAP_CSS.of(cap)).isEqualTo(CSS_NVM);
        assertThat(CAP_MPSMIN.of(cap)).isZero();
        assertThat(CAP_MPSMAX.of(cap)).isEqualTo(4);
        assertThat(rig.registers.read(VS.offset(), 4)).isEqualTo(0x10400);
        assertThat(rig.registers.read(CAP.offset() + 4, 4)).isEqualTo(cap >>> 32);
        assertThat(rig.registers.read(VS.offset() + 2, 1)).isEqualTo(1);
    }

    @Test
    void a_64_bit_register_can_be_written_in_halves_and_keeps_page_alignment() {
        rig.write(ASQ.offset() + 4, 0x12345678);
        rig.write(ASQ.offset(), 0x9abcdfff);
        assertThat(rig.registers.read(ASQ.offset(), 8)).isEqualTo(0x12345678_9abcd000L);
        assertThat(rig.registers.read(ASQ.offset(), 4)).isEqualTo(0x9abcd000L);
    }

    @Test
    void writes_narrower_than_a_register_do_nothing() {
        rig.registers.write(CC.offset(), 1, 1);
        rig.registers.write(CC.offset(), 2, 1);
        assertThat(rig.registers.read(CC.offset(), 4)).isZero();
    }

    @Test
    void ready_follows_enable_once_the_controller_has_run() {
        rig.enable();
        rig.write(CC.offset(), 0);
        assertThat(rig.csts()).isEqualTo(1);
        rig.settle();
        assertThat(rig.csts()).isZero();
    }

    @Test
    void a_reset_that_ends_before_the_controller_runs_is_still_a_reset() {
        rig.enable();
        rig.pair(1);
        rig.write(CC.offset(), 0);
        rig.admin = rig.new Pair(0, Rig.ADMIN_ENTRIES);
        rig.write(CC.offset(), 4 << 20 | 6 << 16 | 1);
        rig.settle();
        assertThat(rig.csts()).isEqualTo(1);
        assertThat(rig.admin.status(Sqe.of(AdminOpcode.DELETE_SQ).cdw10(1))).isEqualTo(StatusCode.INVALID_QUEUE_ID);
    }

    @ParameterizedTest(name = "CC 0x{0}, AQA 0x{1}, ASQ 0x{2}")
    @CsvSource({
        "460011, 1f001f, 1000040000", // a command set that is not there
        "462001, 1f001f, 1000040000", // arbitration that is not there
        "460281, 1f001f, 1000040000", // pages of 128 KiB
        "460001, 1f0000, 1000040000", // a submission queue of one entry
        "460001, 00001f, 1000040000", // a completion queue of one entry
        "460081, 1f001f, 1000041000", // not aligned to pages of 8 KiB
    })
    void a_configuration_that_is_not_supported_is_fatal_until_reset(String cc, String aqa, String asq) {
        rig.write(AQA.offset(), Integer.parseInt(aqa, 16));
        rig.registers.write(ASQ.offset(), 8, Long.parseLong(asq, 16));
        rig.registers.write(ACQ.offset(), 8, Rig.RAM + 0x60000);
        rig.write(CC.offset(), Integer.parseInt(cc, 16));
        rig.settle();
        assertThat(rig.csts()).isEqualTo(CSTS_CFS.set(0, 1));
        rig.disable();
        rig.enable();
    }

    @Test
    void a_queue_that_cannot_be_reached_is_fatal() {
        rig.registers.write(ASQ.offset(), 8, Rig.END);
        rig.registers.write(ACQ.offset(), 8, rig.admin.cq);
        rig.write(AQA.offset(), 0x1f001f);
        rig.write(CC.offset(), 4 << 20 | 6 << 16 | 1);
        rig.settle();
        rig.doorbell(0, 1);
        rig.settle();
        assertThat(rig.csts()).isEqualTo(3);
        rig.disable();
    }

    @Test
    void a_completion_queue_that_cannot_be_reached_is_fatal() {
        rig.enable();
        rig.write(CC.offset(), 0);
        rig.registers.write(ACQ.offset(), 8, Rig.END);
        rig.write(CC.offset(), 4 << 20 | 6 << 16 | 1);
        rig.settle();
        rig.admin.tail = 0;
        rig.admin.put(Sqe.of(AdminOpcode.IDENTIFY));
        rig.admin.ring();
        rig.settle();
        assertThat(rig.csts()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {SHN_NORMAL, SHN_ABRUPT})
    void a_shutdown_completes_and_ends_with_a_reset(int kind) {
        rig.enable();
        int cc = 4 << 20 | 6 << 16 | 1;
        rig.write(CC.offset(), CC_SHN.set(cc, kind));
        assertThat(CSTS_SHST.of(rig.csts())).isEqualTo(SHST_OCCURRING);
        rig.settle();
        assertThat(CSTS_SHST.of(rig.csts())).isEqualTo(SHST_COMPLETE);
        rig.admin.put(Sqe.of(AdminOpcode.IDENTIFY).cdw10(1).prp(Rig.DATA, 0));
        rig.admin.ring();
        rig.settle();
        assertThat(rig.admin.reap()).isEmpty();
        rig.disable();
        rig.enable();
    }

    @Test
    void a_controller_that_may_not_master_the_bus_waits() {
        rig.enable();
        rig.memory.reachable(false);
        rig.admin.put(Sqe.of(AdminOpcode.IDENTIFY).cdw10(1).prp(Rig.DATA, 0));
        rig.admin.ring();
        rig.settle();
        rig.memory.reachable(true);
        assertThat(rig.admin.reap()).isEmpty();
        rig.settle();
        assertThat(rig.admin.reap()).hasSize(1);
        assertThat(rig.csts()).isEqualTo(1);
    }

    @Test
    void a_function_reset_returns_all_registers_to_power_on() {
        rig.enable();
        rig.controller.reset();
        for (var register : List.of(CC.offset(), CSTS.offset(), AQA.offset(), ASQ.offset(), ACQ.offset())) {
            assertThat(rig.registers.read(register, 4)).isZero();
        }
        rig.enable();
    }
}
