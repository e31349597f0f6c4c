// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.uapi.VfioDeviceFeature;
import io.jvfio.internal.uapi.VfioRegionInfo;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Feature;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import io.jvfio.vfiouser.protocol.Version;
import io.jvfio.vfiouser.protocol.WriteMulti;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered to commands that are in order, and to those that are not. */
class ServerCommandsTest extends ServerTest {
    private static final int ASSIGN = VfioPci.VFIO_IRQ_SET_DATA_EVENTFD | VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER;

    @Test
    void a_version_without_capabilities_is_answered_in_the_form_that_QEMU_takes() {
        try (RawClient client = RawClient.connect(path)) {
            client.out.beginCommand(7, Command.VERSION, 4);
            Message reply = client.exchange(List.of());
            assertThat(reply.isError()).isFalse();
            assertThat(reply.payloadSize()).isLessThanOrEqualTo(180);
            assertThat(reply.u16(0)).isZero();
            assertThat(reply.u16(2)).isZero();
            assertThat(reply.fdCount()).isZero();
            String text = new String(
                    reply.payload(4, reply.payloadSize() - 5L).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                    StandardCharsets.UTF_8);
            assertThat(text).startsWith("{\"capabilities\":{").doesNotContain("write_multiple", "twin_socket");
        }
    }

    @Test
    void the_answer_offers_no_page_size_that_the_client_did_not() {
        try (RawClient client = RawClient.connect(path)) {
            new Version(0, 0, Capabilities.absent().withPageSizes(4096)).write(client.out, 1);
            Version reply = Version.read(client.exchange(List.of()));
            assertThat(reply.capabilitiesOrAbsent().pageSizes()).isEqualTo(4096);
        }
    }

    @Test
    void what_does_not_begin_with_a_version_is_told_and_ended() throws Exception {
        try (RawClient client = RawClient.connect(path)) {
            assertThat(client.reset()).isEqualTo(Errno.EINVAL);
            client.awaitEnd();
        }
        await("refused");
        try (RawClient client = RawClient.connect(path);
                MemFd file = MemFd.of(sys, "needless", 1)) {
            new Version(0, 0, null).write(client.out, 1);
            assertThat(client.exchange(List.of(file.fd())).errno()).isEqualTo(Errno.EINVAL);
            client.awaitEnd();
        }
        await("refused");
        try (RawClient client = RawClient.connect(path)) {
            new Version(1, 0, null).write(client.out, 1);
            assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EOPNOTSUPP);
            client.awaitEnd();
        }
        assertThat(client().command(Command.VERSION, 4, message -> {})).isEqualTo(Errno.EINVAL);
    }

    @Test
    void the_device_has_nine_regions_and_five_irq_indexes() {
        RawClient client = client();
        InfoMessages.askDevice(client.out, client.nextId(), 16);
        Message reply = client.exchange(List.of());
        assertThat(reply.payloadSize()).isEqualTo(16);
        assertThat(InfoMessages.device(reply).regionCount()).isEqualTo(9);
        assertThat(InfoMessages.device(reply).irqCount()).isEqualTo(5);
        assertThat(client.command(Command.DEVICE_GET_INFO, 15, message -> message.set32(0, 16)))
                .isEqualTo(Errno.EINVAL);
        assertThat(client.command(Command.DEVICE_GET_INFO, 16, message -> message.set32(0, 15)))
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void a_region_is_told_with_its_file_only_when_all_of_the_answer_fits() {
        RawClient client = client();
        InfoMessages.askRegion(client.out, client.nextId(), 2, 32);
        Message reply = client.exchange(List.of());
        assertThat(reply.payloadSize()).isEqualTo(32);
        assertThat(reply.fdCount()).isZero();
        int needed = (int) InfoMessages.needed(reply);
        assertThat(needed).isEqualTo(32 + 32);
        InfoMessages.askRegion(client.out, client.nextId(), 2, 4064);
        reply = client.exchange(List.of());
        assertThat(reply.fdCount()).isEqualTo(1);
        VfioRegionInfo info = InfoMessages.region(reply, 2);
        assertThat(info.flags()).isEqualTo(0xf);
        assertThat(InfoMessages.capabilities(reply, info))
                .singleElement()
                .satisfies(sparse -> assertThat(sparse.areas(ServedFixture.MEMORY))
                        .containsExactly(new io.jvfio.device.RegionArea(0x1000, 0x1000)));
        reply.closeFds();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 9, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void an_index_that_does_not_exist_is_refused(int index) {
        RawClient client = client();
        for (Command command : List.of(
                Command.DEVICE_GET_REGION_INFO, Command.DEVICE_GET_IRQ_INFO, Command.DEVICE_GET_REGION_IO_FDS)) {
            assertThat(client.command(command, 32, message -> {
                        message.set32(0, 32);
                        message.set32(8, index);
                    }))
                    .isEqualTo(Errno.EINVAL);
        }
        assertThat(client.setIrqs(VfioPci.VFIO_IRQ_SET_DATA_NONE | VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER, index, 0, 1))
                .isEqualTo(Errno.EINVAL);
        RegionAccess.beginRead(client.out, client.nextId(), index, 0, 4);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
    }

    @Test
    void registers_are_accessed_once_in_their_width() {
        RawClient client = client();
        for (int width : new int[] {1, 2, 4, 8}) {
            client.write(0, 0x40, width, 0x1122_3344_5566_7788L);
            assertThat(device.calls()).last().isEqualTo("write" + width + " 0:40");
            long mask = width == 8 ? -1 : (1L << 8 * width) - 1;
            assertThat(client.read(0, 0x40, width)).isEqualTo(0x1122_3344_5566_7788L & mask);
        }
        client.write(ServedFixture.CONFIG, 0x41, 2, 0xabcd);
        assertThat(device.calls()).last().isEqualTo("write2 7:41");
        client.write(0, 0x41, 4, 5);
        assertThat(device.calls()).last().isEqualTo("write 0:41+4");
    }

    @Test
    void a_posted_write_is_not_answered_even_if_it_fails() {
        RawClient client = client();
        client.post(0, 0x48, 8, 42);
        client.post(0, 0x10_0000, 8, 42);
        client.post(8, 0, 1, 42);
        assertThat(client.read(0, 0x48, 8)).isEqualTo(42);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0xffd, 0x1000, Long.MAX_VALUE, Long.MIN_VALUE, -4})
    void an_access_outside_of_a_region_is_refused(long offset) {
        RawClient client = client();
        RegionAccess.beginRead(client.out, client.nextId(), 0, offset, 4);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
        RegionAccess.beginWrite(client.out, client.nextId(), 0, offset, 4);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
    }

    @Test
    void an_access_outside_of_a_region_reads_as_ones_where_that_is_asked_for() {
        serveAgain(ServerOptions.defaults().withReadsAsOnes(true));
        RawClient client = client();
        assertThat(client.read(0, 0x10_0000, 4)).isEqualTo(0xffff_ffffL);
        client.write(8, 0, 4, 1);
    }

    @Test
    void counts_of_nothing_of_all_and_of_too_much() {
        RawClient client = client();
        RegionAccess.beginRead(client.out, client.nextId(), 2, 0, 0);
        assertThat(client.exchange(List.of()).payloadSize()).isEqualTo(16);
        RegionAccess.beginRead(client.out, client.nextId(), 2, 0, ServedFixture.MEMORY);
        assertThat(client.exchange(List.of()).payloadSize()).isEqualTo(16 + ServedFixture.MEMORY);
        RegionAccess.beginRead(client.out, client.nextId(), 2, 0, (1 << 20) + 1);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
        RegionAccess.beginWrite(client.out, client.nextId(), 2, 0, 8);
        client.out.set32(12, 9);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
    }

    @Test
    void many_writes_are_done_in_order_up_to_the_first_that_fails() {
        RawClient client = client();
        WriteMulti.begin(client.out, client.nextId(), 3);
        for (int i = 0; i < 3; i++) {
            WriteMulti.set(client.out, i, 0, 0x50 + 8L * i, 4, i + 1);
        }
        assertThat(client.exchange(List.of()).u64(0)).isEqualTo(3);
        assertThat(client.read(0, 0x60, 4)).isEqualTo(3);
        WriteMulti.begin(client.out, client.nextId(), 3);
        WriteMulti.set(client.out, 0, 0, 0x50, 8, 9);
        WriteMulti.set(client.out, 1, 0, 0x1000, 4, 9);
        WriteMulti.set(client.out, 2, 0, 0x58, 4, 9);
        assertThat(client.exchange(List.of()).u64(0)).isEqualTo(1);
        assertThat(client.read(0, 0x50, 8)).isEqualTo(9);
        assertThat(client.read(0, 0x58, 4)).isEqualTo(2);
        WriteMulti.begin(client.out, client.nextId(), 1);
        client.out.set32(8 + 12, 9);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
    }

    @Test
    void unknown_commands_are_refused_and_their_descriptors_closed() {
        RawClient client = client();
        MemFd file = memory(4096);
        for (int id : new int[] {0, 14, 19, 0xffff}) {
            assertThat(client.unknown(id, file.fd(), file.fd())).isEqualTo(Errno.ENOSYS);
        }
        for (Command command : List.of(Command.DMA_READ, Command.DMA_WRITE)) {
            assertThat(client.command(command, 32, message -> {})).isEqualTo(Errno.ENOSYS);
        }
        assertThat(client.command(Command.MIG_DATA_READ, 8, message -> {})).isEqualTo(Errno.ENOTTY);
    }

    @Test
    void writes_are_done_by_who_reads_the_socket_unless_one_of_them_is_to_config_space() {
        RawClient client = client();
        client.write(0, 0x50, 4, 1);
        Thread reader = device.writer;
        writeTwice(client, 0, 0x58);
        assertThat(device.writer).isSameAs(reader);
        writeTwice(client, ServedFixture.CONFIG, 4);
        assertThat(device.writer).isNotSameAs(reader);
    }

    private void writeTwice(RawClient client, int region, long offset) {
        WriteMulti.begin(client.out, client.nextId(), 2);
        WriteMulti.set(client.out, 0, 0, 0x50, 4, 7);
        WriteMulti.set(client.out, 1, region, offset, 2, 7);
        Message reply = client.exchange(List.of());
        assertThat(reply.u64(0)).isEqualTo(2);
        assertThat(device.readRegister(region, offset, 2)).isEqualTo(7);
    }

    @Test
    void no_region_has_parts_that_are_written_by_eventfd() {
        RawClient client = client();
        RegionIoFds.writeRequest(client.out, client.nextId(), 0, 4096);
        RegionIoFds reply = RegionIoFds.readReply(client.exchange(List.of()), 0);
        assertThat(reply.count()).isZero();
        RegionIoFds.writeRequest(client.out, client.nextId(), 1, 4096);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
        RegionIoFds.writeRequest(client.out, client.nextId(), 0, (1 << 20) + 1);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
    }

    @Test
    void a_feature_is_probed_and_set() {
        RawClient client = client();
        Feature.begin(
                client.out,
                client.nextId(),
                10 | VfioDeviceFeature.VFIO_DEVICE_FEATURE_PROBE | VfioDeviceFeature.VFIO_DEVICE_FEATURE_SET,
                0,
                0);
        assertThat(client.exchange(List.of()).isError()).isFalse();
        Feature.begin(client.out, client.nextId(), 10 | VfioDeviceFeature.VFIO_DEVICE_FEATURE_SET, 4, 4);
        client.out.set32(8, 1);
        assertThat(client.exchange(List.of()).isError()).isFalse();
        assertThat(device.command()).isEqualTo(4);
        for (int absent : new int[] {0, 1, 3, 11, 0xffff}) {
            for (int way : new int[] {
                VfioDeviceFeature.VFIO_DEVICE_FEATURE_GET,
                VfioDeviceFeature.VFIO_DEVICE_FEATURE_SET,
                VfioDeviceFeature.VFIO_DEVICE_FEATURE_PROBE | VfioDeviceFeature.VFIO_DEVICE_FEATURE_GET
            }) {
                Feature.begin(client.out, client.nextId(), absent | way, 16, 16);
                assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.ENOTTY);
            }
        }
        Feature.begin(
                client.out,
                client.nextId(),
                10 | VfioDeviceFeature.VFIO_DEVICE_FEATURE_SET | VfioDeviceFeature.VFIO_DEVICE_FEATURE_GET,
                4,
                4);
        assertThat(client.exchange(List.of()).errno()).isEqualTo(Errno.EINVAL);
    }

    @Test
    void eventfds_are_assigned_taken_away_and_dropped() {
        RawClient client = client();
        InfoMessages.askIrq(client.out, client.nextId(), ServedFixture.MSIX);
        assertThat(InfoMessages.irq(client.exchange(List.of()), ServedFixture.MSIX, 64))
                .isEqualTo(new IrqInfo(ServedFixture.MSIX, 1, ServedFixture.VECTORS));
        EventFd events = closing(EventFd.open(sys));
        assertThat(client.setIrqs(ASSIGN, ServedFixture.MSIX, 1, 3, events.fd(), events.fd(), events.fd()))
                .isZero();
        assertThat(device.assigned()).isEqualTo(3);
        assertThat(client.setIrqs(ASSIGN, ServedFixture.MSIX, 2, 1)).isZero();
        assertThat(device.assigned()).isEqualTo(2);
        assertThat(client.setIrqs(
                        VfioPci.VFIO_IRQ_SET_DATA_NONE | VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER, ServedFixture.MSIX, 0, 0))
                .isZero();
        assertThat(device.assigned()).isZero();
    }

    @Test
    void a_set_of_vectors_that_is_not_in_order_is_refused() {
        RawClient client = client();
        EventFd events = closing(EventFd.open(sys));
        int msix = ServedFixture.MSIX;
        int trigger = VfioPci.VFIO_IRQ_SET_DATA_NONE | VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER;
        assertThat(client.setIrqs(trigger, msix, 0, 5)).isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(trigger, msix, 4, 1)).isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(trigger, msix, Integer.MAX_VALUE, 1)).isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(trigger, msix, 1, 0)).isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(trigger, 1, 0, 0)).isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(trigger, msix, 0, 1, events.fd())).isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(ASSIGN, msix, 0, 2, events.fd())).isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(
                        VfioPci.VFIO_IRQ_SET_DATA_EVENTFD | VfioPci.VFIO_IRQ_SET_ACTION_MASK, msix, 0, 1, events.fd()))
                .isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(ASSIGN | VfioPci.VFIO_IRQ_SET_DATA_NONE, msix, 0, 1))
                .isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(ASSIGN, msix, 0, 4, events.fd(), events.fd(), events.fd(), events.fd()))
                .as("the device has fewer at the moment")
                .isEqualTo(Errno.ENOSPC);
        assertThat(device.assigned()).isZero();
    }

    @Test
    void what_is_no_eventfd_cannot_be_assigned() {
        RawClient client = client();
        MemFd file = memory(4096);
        assertThat(client.setIrqs(ASSIGN, ServedFixture.MSIX, 0, 1, file.fd())).isEqualTo(Errno.EINVAL);
        assertThat(client.setIrqs(ASSIGN, ServedFixture.MSIX, 0, 1, client.socket.fd()))
                .isEqualTo(Errno.EINVAL);
        assertThat(device.assigned()).isZero();
    }

    /** As libvfio-user's client passes them. */
    @Test
    void an_eventfd_that_blocks_can_be_assigned() {
        RawClient client = client();
        try (Descriptor blocking = Descriptor.of(sys, sys.eventfd(0, 0), "eventfd", "blocking")) {
            assertThat(client.setIrqs(ASSIGN, ServedFixture.MSIX, 0, 1, blocking))
                    .isZero();
        }
        assertThat(device.assigned()).isEqualTo(1);
    }

    @Test
    void commands_that_come_at_once_are_answered_in_order() {
        RawClient client = client();
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int id = client.nextId();
            ids.add(id);
            if (i % 7 == 3) {
                client.out.beginCommand(id, Command.DEVICE_RESET, 0);
            } else {
                RegionAccess.beginRead(client.out, id, 0, 0, 4);
            }
            client.channel.send(client.out, List.of());
        }
        for (int id : ids) {
            assertThat(client.receive().id()).isEqualTo(id);
        }
    }
}
