// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Fd;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.RegionArea;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.IdentifyController;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaSource;
import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PCI function around the controller. */
final class NvmeModelTest {
    private static final int CONFIG = 7;
    private static final int MSIX = 2;
    private static final String TRAPPED = "doorbells=trapped";

    private static Sqe write(int block) {
        return Sqe.of(IoOpcode.WRITE).nsid(1).blocks(block, 2).prp(ModelRig.DATA + 512, 0);
    }

    private static Sqe read(int block) {
        return Sqe.of(IoOpcode.READ).nsid(1).blocks(block, 2).prp(ModelRig.DATA + 4096, 0);
    }

    private static void writeAndRead(ModelRig rig) {
        MemorySegment data = rig.memory.asSlice(ModelRig.DATA - ModelRig.IOVA, 8192);
        data.asSlice(512, 1024).fill((byte) 0x42);
        assertThat(rig.run(1, write(3))).isZero();
        assertThat(rig.run(1, read(3))).isZero();
        assertThat(data.asSlice(4096, 1024).mismatch(data.asSlice(512, 1024))).isEqualTo(-1);
    }

    @Test
    void the_function_is_an_nvme_controller() {
        try (ModelRig rig = new ModelRig("queues=3")) {
            assertThat(rig.device.readRegister(CONFIG, 9, 1)).isEqualTo(2);
            assertThat(rig.device.readRegister(CONFIG, 10, 2)).isEqualTo(0x0108);
            assertThat(rig.device.irq(MSIX).count()).isEqualTo(4);
            assertThat(rig.device.region(0).size()).isEqualTo(0x4000);
            assertThat(rig.device.region(0).mmapAreas()).isEmpty();
        }
    }

    @Test
    void only_the_doorbells_can_be_mapped() {
        try (ModelRig rig = new ModelRig("doorbells=mapped")) {
            assertThat(rig.device.region(0).mmapAreas()).containsExactly(new RegionArea(0x1000, 0x1000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"doorbells=trapped", "doorbells=mapped", "lba=4096&doorbells=trapped&queues=255"})
    void what_is_written_is_read(String options) {
        try (ModelRig rig = new ModelRig(options)) {
            rig.start();
            rig.memory.asSlice(ModelRig.DATA - ModelRig.IOVA, 4096).fill((byte) 1);
            Sqe write = Sqe.of(IoOpcode.WRITE).nsid(1).blocks(3, 1).prp(ModelRig.DATA, 0);
            assertThat(rig.run(1, write)).isZero();
            Sqe read = Sqe.of(IoOpcode.READ).nsid(1).blocks(3, 1).prp(ModelRig.DATA + 4096, 0);
            assertThat(rig.run(1, read)).isZero();
            assertThat(rig.memory.get(Layouts.BYTE, ModelRig.DATA - ModelRig.IOVA + 4096))
                    .isEqualTo((byte) 1);
        }
    }

    @Test
    void memory_on_the_other_side_of_a_connection_is_reached_too() {
        ModelRig.Source remote = memory -> new DmaSource.Remote(
                memory.byteSize(),
                (offset, local) -> local.copyFrom(memory.asSlice(offset, local.byteSize())),
                (offset, local) -> memory.asSlice(offset, local.byteSize()).copyFrom(local));
        try (ModelRig rig = new ModelRig(TRAPPED, remote)) {
            rig.start();
            writeAndRead(rig);
            assertThat(rig.run(0, Sqe.of(6).cdw10(1).prp(ModelRig.DATA, 0))).isZero();
            assertThat(IdentifyController.VID.of(rig.memory, ModelRig.DATA - ModelRig.IOVA))
                    .isEqualTo(0x1234);
            long shadow = ModelRig.DATA + 0x10000;
            assertThat(rig.run(0, Sqe.of(0x7c).prp(shadow, shadow + 4096))).isZero();
            assertThat(rig.memory.get(Layouts.LE_INT, shadow - ModelRig.IOVA + 8))
                    .isEqualTo(2);
        }
    }

    @Test
    void completions_interrupt_by_the_vector_of_their_queue() {
        try (ModelRig rig = new ModelRig(TRAPPED);
                EventFd admin = EventFd.open(SystemCalls.linux());
                EventFd io = EventFd.open(SystemCalls.linux())) {
            rig.device.setIrqs(IrqRequest.assign(MSIX, 0, List.<Fd>of(admin.fd(), io.fd())));
            rig.start();
            assertThat(admin.drain()).isEqualTo(2);
            assertThat(io.drain()).isZero();
            assertThat(rig.run(1, Sqe.of(IoOpcode.FLUSH).nsid(1))).isZero();
            assertThat(admin.drain()).isZero();
            assertThat(io.drain()).isEqualTo(1);
            rig.device.setIrqs(IrqRequest.disable(MSIX));
        }
    }

    @Test
    void a_reset_of_the_function_keeps_the_data_alone() {
        try (ModelRig rig = new ModelRig(TRAPPED)) {
            rig.start();
            writeAndRead(rig);
            rig.device.reset();
            assertThat(rig.read(ControllerRegisters.CC.offset(), 4)).isZero();
            rig.start();
            assertThat(rig.run(1, read(3))).isZero();
            assertThat(rig.memory.get(Layouts.BYTE, ModelRig.DATA - ModelRig.IOVA + 4096))
                    .isEqualTo((byte) 0x42);
        }
    }

    @Test
    void a_driver_that_takes_bus_mastering_away_stops_the_controller() {
        try (ModelRig rig = new ModelRig(TRAPPED)) {
            rig.start();
            rig.command(2);
            assertThat(rig.run(1, Sqe.of(IoOpcode.FLUSH).nsid(1))).isEqualTo(-1);
            rig.command(6);
            rig.ring(1);
            rig.settle();
            assertThat(rig.take(1)).isZero();
        }
    }

    @Test
    void an_address_that_is_not_mapped_fails_the_command_and_is_a_fault_of_the_space() {
        try (ModelRig rig = new ModelRig(TRAPPED)) {
            rig.start();
            Sqe beyond = Sqe.of(IoOpcode.READ).nsid(1).blocks(0, 8).prp(ModelRig.IOVA + ModelRig.SIZE, 0);
            assertThat(StatusCode.DATA_TRANSFER_ERROR.matches(rig.run(1, beyond)))
                    .isTrue();
            assertThat(rig.run(1, read(3))).isZero();
        }
    }

    @Test
    void doorbells_read_as_zero_and_take_whole_registers() {
        try (ModelRig rig = new ModelRig(TRAPPED)) {
            rig.start();
            assertThat(rig.read(0x1008, 4)).isZero();
            rig.put(1, Sqe.of(IoOpcode.FLUSH).nsid(1));
            rig.write(0x1008, 2, 1);
            rig.settle();
            assertThat(rig.take(1)).isEqualTo(-1);
            rig.write(0x1008, 8, 1);
            rig.settle();
            assertThat(rig.take(1)).isZero();
        }
    }

    @Test
    void a_controller_without_sgls_says_so_and_refuses_them() {
        try (ModelRig rig = new ModelRig("sgl=off&serial=A-1")) {
            rig.start();
            assertThat(rig.run(0, Sqe.of(6).cdw10(1).prp(ModelRig.DATA, 0))).isZero();
            MemorySegment identity = rig.memory.asSlice(ModelRig.DATA - ModelRig.IOVA, 4096);
            assertThat(IdentifyController.SGLS.of(identity)).isZero();
            assertThat(IdentifyController.SN.of(identity)).isEqualTo("A-1");
            Sqe command = Sqe.of(IoOpcode.READ).nsid(1).blocks(0, 1).sgl(0, ModelRig.DATA, 512);
            assertThat(StatusCode.INVALID_FIELD.matches(rig.run(1, command))).isTrue();
        }
    }
}
