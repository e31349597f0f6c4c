// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.RegionAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device behind a socket can do: registers, windows, interrupts, features. */
final class VfioUserDeviceTest extends ClientTest {

    @Test
    void the_device_tells_what_the_server_told() {
        VfioUserDevice device = connect();
        assertThat(device.info().pci()).isTrue();
        assertThat(device.info().regionCount()).isEqualTo(9);
        assertThat(device.region(TestServer.MEMORY_BAR).size()).isEqualTo(TestServer.MEMORY_BAR_SIZE);
        assertThat(device.region(5).exists()).isFalse();
        assertThat(device.irq(2).count()).isEqualTo(20);
        assertThat(device.toString()).isEqualTo(socket().toString());
    }

    @Test
    void registers_of_every_width_are_read_and_written() {
        VfioUserDevice device = connect();
        long value = 0xf1e2_d3c4_b5a6_9788L;
        device.writeRegister(TestServer.MEMORY_BAR, 0x100, 8, value);
        assertThat(device.readRegister(TestServer.MEMORY_BAR, 0x100, 8)).isEqualTo(value);
        assertThat(device.readRegister(TestServer.MEMORY_BAR, 0x100, 4)).isEqualTo(0xb5a6_9788L);
        assertThat(device.readRegister(TestServer.MEMORY_BAR, 0x106, 2)).isEqualTo(0xf1e2L);
        assertThat(device.readRegister(TestServer.MEMORY_BAR, 0x107, 1)).isEqualTo(0xf1L);
        assertThat(device.readRegister(TestServer.CONFIG, 1, 2)).isEqualTo(0xe812L);
        assertThatThrownBy(() -> device.readRegister(TestServer.MEMORY_BAR, 2, 4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> device.readRegister(TestServer.MEMORY_BAR, TestServer.MEMORY_BAR_SIZE - 4, 8))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void many_bytes_go_in_messages_of_at_most_128_KiB() {
        VfioUserDevice device = connect();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(TestServer.MEMORY_BAR_SIZE);
            for (long i = 0; i < bytes.byteSize(); i += 4) {
                bytes.set(ValueLayout.JAVA_INT, i, (int) i * 31);
            }
            assertThat(device.write(TestServer.MEMORY_BAR, 0x1000, bytes)).isEqualTo((int) bytes.byteSize() - 0x1000);
            assertThat(server.client().count(Command.REGION_WRITE)).isEqualTo(2);
            MemorySegment back = arena.allocate(TestServer.MEMORY_BAR_SIZE);
            assertThat(device.read(TestServer.MEMORY_BAR, 0x1000, back)).isEqualTo((int) bytes.byteSize() - 0x1000);
            assertThat(back.asSlice(0, bytes.byteSize() - 0x1000).mismatch(bytes.asSlice(0, bytes.byteSize() - 0x1000)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void a_server_that_takes_little_gets_little_at_a_time() {
        server.capabilities = server.capabilities.withMaxTransfer(4096);
        VfioUserDevice device = connect();
        try (Arena arena = Arena.ofConfined()) {
            assertThat(device.read(TestServer.MEMORY_BAR, 0, arena.allocate(10_000)))
                    .isEqualTo(10_000);
            assertThat(server.client().count(Command.REGION_READ)).isEqualTo(3 + 1);
        }
    }

    @Test
    void a_short_answer_is_asked_on_and_an_empty_one_is_an_error() {
        VfioUserDevice device = connect();
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.REGION_READ
                    || RegionAccess.region(command) != TestServer.MEMORY_BAR) {
                return false;
            }
            int count = Math.min(RegionAccess.count(command), RegionAccess.offset(command) >= 0x2000 ? 0 : 100);
            RegionAccess.beginReadReply(client.out, command, count);
            client.reply();
            return true;
        };
        try (Arena arena = Arena.ofConfined()) {
            assertThat(device.read(TestServer.MEMORY_BAR, 0, arena.allocate(250)))
                    .isEqualTo(250);
            assertThat(server.client().count(Command.REGION_READ)).isEqualTo(3 + 1);
            assertThatThrownBy(() -> device.read(TestServer.MEMORY_BAR, 0x2000, arena.allocate(8)))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.name()).isEqualTo("EIO"));
        }
    }

    @Test
    void windows_show_the_areas_that_came_with_a_file_and_nothing_else() {
        VfioUserDevice device = connect();
        assertThat(device.region(TestServer.WINDOW_BAR).mmapAreas())
                .containsExactly(new RegionArea(TestServer.WINDOW_OFFSET, TestServer.WINDOW_SIZE));
        assertThat(device.map(TestServer.WINDOW_BAR, 0, 4096)).isEmpty();
        assertThat(device.map(TestServer.MEMORY_BAR, 0, 4096)).isEmpty();
        try (RegionMapping window = device.map(TestServer.WINDOW_BAR, TestServer.WINDOW_OFFSET, 4096)
                        .orElseThrow();
                RegionMapping whole = device.map(TestServer.WHOLE_BAR, 0, 4096).orElseThrow()) {
            window.memory().set(ValueLayout.JAVA_INT, 8, 0x1234_5678);
            assertThat(device.readRegister(TestServer.WINDOW_BAR, TestServer.WINDOW_OFFSET + 8, 4))
                    .isEqualTo(0x1234_5678);
            device.writeRegister(TestServer.WHOLE_BAR, 16, 4, 77);
            assertThat(whole.memory().get(ValueLayout.JAVA_INT, 16)).isEqualTo(77);
        }
        assertThat(device.file(TestServer.WINDOW_BAR).orElseThrow().areas())
                .isEqualTo(device.region(TestServer.WINDOW_BAR).mmapAreas());
        assertThat(device.file(TestServer.MEMORY_BAR)).isEmpty();
    }

    @Test
    void areas_that_do_not_fit_are_not_mapped() {
        RegionInfo good = server.region(TestServer.WINDOW_BAR);
        for (RegionArea bad : List.of(
                new RegionArea(8, 4096),
                new RegionArea(0, TestServer.WINDOW_BAR_SIZE + 1),
                new RegionArea(TestServer.WINDOW_BAR_SIZE, 4096))) {
            server.script = (client, command) -> {
                if (Command.of(command.commandId()) != Command.DEVICE_GET_REGION_INFO
                        || InfoMessages.regionIndex(command) != TestServer.WINDOW_BAR) {
                    return false;
                }
                RegionInfo changed = new RegionInfo(
                        good.index(),
                        good.flags(),
                        good.size(),
                        List.of(),
                        List.of(InfoCapability.sparse(List.of(bad))));
                InfoMessages.tellRegion(client.out, command, InfoMessages.regionArgsz(command), changed, 0);
                client.send(List.of(server.file(TestServer.WINDOW_BAR)));
                return true;
            };
            try (VfioUserDevice device = VfioUserDevice.connect(socket(), VfioUserLimits.defaults())) {
                assertThat(device.region(TestServer.WINDOW_BAR).mmapAreas()).isEmpty();
                assertThat(device.file(TestServer.WINDOW_BAR)).isEmpty();
            }
        }
    }

    @Test
    void a_file_that_is_shorter_than_its_region_is_not_mapped() {
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DEVICE_GET_REGION_INFO
                    || InfoMessages.regionIndex(command) != TestServer.WHOLE_BAR) {
                return false;
            }
            InfoMessages.tellRegion(client.out, command, 32, new RegionInfo(TestServer.WHOLE_BAR, 7, 0x2000), 0);
            client.send(List.of(server.file(TestServer.WHOLE_BAR)));
            return true;
        };
        assertThat(connect().map(TestServer.WHOLE_BAR, 0, 4096)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 4096, 1 << 20, (1 << 20) + 1, Integer.MAX_VALUE, -1})
    void a_server_that_always_names_a_larger_size_is_not_asked_for_ever(int growth) {
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DEVICE_GET_REGION_INFO
                    || InfoMessages.regionIndex(command) != 4) {
                return false;
            }
            InfoMessages.tellRegion(client.out, command, 32, new RegionInfo(4, 3, 64), 0);
            client.out.set32(0, growth == 33 ? command.u32(0) + 1 : growth);
            client.reply();
            return true;
        };
        if (growth == 33) {
            assertThatThrownBy(this::connect).isInstanceOf(VfioException.class);
        } else {
            assertThat(connect().region(4).size()).isEqualTo(64);
        }
    }

    @Test
    void a_chain_that_is_announced_but_not_sent_is_asked_for_again() {
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DEVICE_GET_REGION_INFO
                    || InfoMessages.regionIndex(command) != TestServer.WINDOW_BAR
                    || command.u32(0) > 32) {
                return false;
            }
            // As the server of rust-vmm does.
            InfoMessages.tellRegion(client.out, command, 32, server.region(TestServer.WINDOW_BAR), 0);
            client.out.set32(4, VfioPci.VFIO_REGION_INFO_FLAG_MMAP | VfioPci.VFIO_REGION_INFO_FLAG_CAPS | 3);
            client.out.set32(12, 32);
            client.reply();
            return true;
        };
        assertThat(connect().region(TestServer.WINDOW_BAR).mmapAreas())
                .containsExactly(new RegionArea(TestServer.WINDOW_OFFSET, TestServer.WINDOW_SIZE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 24, 40, 64})
    void an_unmap_is_done_whatever_the_length_of_its_answer(int payload) {
        VfioUserDevice device = connect();
        var mapping = map(device, memory(1), 0x10_0000);
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DMA_UNMAP) {
                return false;
            }
            client.out.beginReply(command, payload);
            if (payload > 0) {
                client.out.payload(0, 24).copyFrom(command.payload(0, 24));
            }
            client.reply();
            return true;
        };
        mapping.close();
        assertThat(mapping.isOpen()).isFalse();
    }

    @Test
    void a_device_of_absurd_size_is_refused() {
        for (int regions : new int[] {101, Integer.MAX_VALUE, -1}) {
            server.script = (client, command) -> {
                if (Command.of(command.commandId()) != Command.DEVICE_GET_INFO) {
                    return false;
                }
                client.out.beginReply(command, 16);
                client.out.set32(0, 16);
                client.out.set32(8, regions);
                client.reply();
                return true;
            };
            assertThatThrownBy(this::connect).isInstanceOf(VfioException.class);
        }
    }

    /** Those after the open, which assigns the one of VFIO_PCI_REQ_IRQ_INDEX. */
    private long irqRequests() {
        return server.client().count(Command.DEVICE_SET_IRQS) - 1;
    }

    @Test
    void vectors_are_assigned_in_as_many_messages_as_the_server_has_room_for() {
        VfioUserDevice device = connect();
        List<EventFd> eventfds = new ArrayList<>();
        List<Fd> fds = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            eventfds.add(eventfd());
            fds.add(eventfds.get(i).fd());
        }
        device.setIrqs(IrqRequest.assign(2, 0, fds));
        assertThat(irqRequests()).isEqualTo(3);
        device.setIrqs(IrqRequest.trigger(2, 0, 20));
        assertThat(eventfds).allSatisfy(eventfd -> assertThat(eventfd.drain()).isEqualTo(1));
    }

    @Test
    void vectors_with_and_without_eventfd_go_in_separate_messages() {
        VfioUserDevice device = connect();
        EventFd first = eventfd();
        EventFd last = eventfd();
        List<Fd> fds = new ArrayList<>(Collections.nCopies(20, (Fd) null));
        fds.set(0, first.fd());
        fds.set(19, last.fd());
        device.setIrqs(IrqRequest.assign(2, 0, fds));
        assertThat(irqRequests()).isEqualTo(3);
        device.setIrqs(IrqRequest.trigger(2, 19, 1));
        assertThat(last.drain()).isEqualTo(1);
        assertThat(first.drain()).isZero();
    }

    @Test
    void a_refused_part_of_an_assignment_is_taken_back() {
        VfioUserDevice device = connect();
        EventFd before = eventfd();
        device.setIrqs(IrqRequest.assign(2, 1, List.of(before.fd())));
        server.script = (client, command) -> {
            boolean refused = Command.of(command.commandId()) == Command.DEVICE_SET_IRQS && command.u32(12) == 8;
            if (refused) {
                client.fail(12);
            }
            return refused;
        };
        EventFd other = eventfd();
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.assign(2, 0, Collections.nCopies(20, other.fd()))))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ENOMEM"));
        device.setIrqs(IrqRequest.trigger(2, 0, 8));
        assertThat(before.drain()).isEqualTo(1);
        assertThat(other.drain()).isZero();
    }

    @Test
    void a_closed_eventfd_costs_no_more_than_its_request() {
        VfioUserDevice device = connect();
        EventFd closed = EventFd.open(SYS);
        closed.close();
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.assign(2, 0, List.of(closed.fd()))))
                .isInstanceOf(IllegalStateException.class);
        assertThat(device.isConnected()).isTrue();
        assertThat(device.readRegister(TestServer.CONFIG, 0, 4)).isEqualTo(0x11e8_1234L);
    }

    @Test
    void a_server_that_takes_no_descriptors_has_no_interrupts() {
        server.capabilities = server.capabilities.withMaxFds(0);
        VfioUserDevice device = connect();
        EventFd eventfd = eventfd();
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.assign(2, 0, List.of(eventfd.fd()))))
                .isInstanceOf(VfioException.class);
    }

    @Test
    void vectors_that_do_not_exist_are_refused_without_asking() {
        VfioUserDevice device = connect();
        long before = irqRequests();
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.trigger(1, 3, 2)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.trigger(1, Integer.MAX_VALUE, 2)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.disable(5))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(irqRequests()).isEqualTo(before);
    }

    @Test
    void an_index_that_is_off_already_can_be_disabled_by_whoever_asks() {
        VfioUserDevice device = connect();
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DEVICE_SET_IRQS) {
                return false;
            }
            client.fail(Errno.EINVAL);
            return true;
        };
        IrqOwner owner = IrqOwner.of("a test");
        assertThat(device.setIrqs(IrqRequest.disable(1))).isZero();
        assertThat(device.setIrqs(IrqRequest.disable(1).by(owner))).isZero();
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.trigger(1, 0, 1).by(owner)))
                .isInstanceOf(VfioException.class);
    }

    @Test
    void the_error_index_works_without_the_server() {
        VfioUserDevice device = connect();
        EventFd error = eventfd();
        assertThat(device.irq(VfioPci.VFIO_PCI_ERR_IRQ_INDEX).count()).isEqualTo(1);
        device.setIrqs(IrqRequest.assign(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, List.of(error.fd())));
        device.setIrqs(IrqRequest.trigger(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, 1));
        device.setIrqs(IrqRequest.trigger(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, List.of(false)));
        assertThat(error.drain()).isEqualTo(1);
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.mask(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, 1)))
                .isInstanceOf(VfioException.class);
        device.setIrqs(IrqRequest.disable(VfioPci.VFIO_PCI_ERR_IRQ_INDEX));
        device.setIrqs(IrqRequest.trigger(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, 1));
        assertThat(error.drain()).isZero();
        assertThat(irqRequests()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {22, 25, 38, 95, 0})
    void a_feature_that_the_server_does_not_have_is_absent(int errno) {
        VfioUserDevice device = connect();
        server.script = (client, command) -> {
            boolean asked = Command.of(command.commandId()) == Command.DEVICE_FEATURE;
            if (asked) {
                client.out.fail(command, errno);
                client.reply();
            }
            return asked;
        };
        assertThat(device.feature(new DeviceFeature.Probe(3, DeviceFeature.Direction.PROBE_SET)))
                .isEmpty();
        assertThat(device.feature(new DeviceFeature.LowPowerEntry())).isEmpty();
    }

    @Test
    void bus_mastering_is_off_after_open_and_after_a_reset() {
        server.memories.get(TestServer.CONFIG).set(ValueLayout.JAVA_SHORT, 4, (short) 7);
        VfioUserDevice device = connect();
        assertThat(device.readRegister(TestServer.CONFIG, 4, 2)).isEqualTo(3);
        device.writeRegister(TestServer.CONFIG, 4, 2, 7);
        server.script = (client, command) -> {
            boolean reset = Command.of(command.commandId()) == Command.DEVICE_RESET;
            if (reset) {
                client.empty();
            }
            return reset;
        };
        device.reset();
        assertThat(device.readRegister(TestServer.CONFIG, 4, 2)).isEqualTo(3);
    }

    @Test
    void what_the_server_says_of_itself_is_kept_to() {
        server.capabilities = Capabilities.absent();
        VfioUserDevice device = connect();
        EventFd one = eventfd();
        device.setIrqs(IrqRequest.assign(1, 0, Collections.nCopies(4, one.fd())));
        assertThat(irqRequests()).isEqualTo(4);
    }
}
