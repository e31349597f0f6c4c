// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.device.SlowRegions;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaAccess;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.DmaUnmap;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.Version;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory of the client: mapped, reached by messages, or refused; and its end. */
class ServerDmaTest extends ServerTest {
    private static final int BOTH = DmaMapRequest.READABLE | DmaMapRequest.WRITABLE;
    private static final long BASE = 0x10_0000;

    @Test
    void sealed_memory_is_shared_and_the_device_copies_in_it() {
        RawClient client = client();
        MemFd file = memory(0x4000);
        Mapping memory = closing(file.map(0, 0x4000));
        assertThat(client.map(BOTH, 0x1000, BASE, 0x3000, file.fd())).isZero();
        memory.memory().set(ValueLayout.JAVA_LONG, 0x1000, 0x1234_5678_9abcL);
        copy(client, BASE, BASE + 0x2ff8, 8);
        assertThat(memory.memory().get(ValueLayout.JAVA_LONG, 0x3ff8)).isEqualTo(0x1234_5678_9abcL);
        assertThat(client.unmap(BASE, 0x3000)).isZero();
        assertThat(copyStatus(client, BASE, BASE, 8)).isEqualTo(2 + Errno.EFAULT);
    }

    @Test
    void ranges_that_overlap_pass_the_end_or_are_empty_are_refused() {
        RawClient client = client();
        MemFd file = memory(0x4000);
        assertThat(client.map(BOTH, 0, BASE, 0x2000, file.fd())).isZero();
        assertThat(client.map(BOTH, 0, BASE, 0x2000, file.fd())).isEqualTo(Errno.EEXIST);
        assertThat(client.map(BOTH, 0, BASE + 0x1000, 0x2000, file.fd())).isEqualTo(Errno.EEXIST);
        assertThat(client.map(BOTH, 0, BASE + 0x2000, 0, file.fd())).isEqualTo(Errno.EINVAL);
        assertThat(client.map(BOTH, 0, -0x1000, 0x2000)).isEqualTo(Errno.EINVAL);
        assertThat(client.map(BOTH, 0, BASE, -0x1000)).isEqualTo(Errno.EINVAL);
        assertThat(client.map(0, 0, BASE + 0x2000, 0x1000)).isEqualTo(Errno.EINVAL);
        assertThat(client.map(16 | BOTH, 0, BASE + 0x2000, 0x1000)).isEqualTo(Errno.EINVAL);
        assertThat(client.map(BOTH, 0, BASE + 0x800, 0x1000, file.fd())).isNotZero();
        assertThat(client.map(BOTH, 0, -0x1000, 0x1000)).as("not usable").isEqualTo(Errno.EINVAL);
        assertThat(device.space.mappings().size()).isEqualTo(1);
    }

    @Test
    void a_file_that_does_not_cover_the_range_or_holds_no_bytes_is_refused() {
        RawClient client = client();
        MemFd file = memory(0x4000);
        EventFd events = closing(EventFd.open(sys));
        assertThat(client.map(BOTH, 0x4000, BASE, 0x1000, file.fd())).isEqualTo(Errno.EINVAL);
        assertThat(client.map(BOTH, 0x3000, BASE, 0x2000, file.fd())).isEqualTo(Errno.EINVAL);
        assertThat(client.map(BOTH, Long.MAX_VALUE - 0xfff, BASE, 0x1000, file.fd()))
                .isEqualTo(Errno.EINVAL);
        assertThat(client.map(BOTH, 0, BASE, 0x1000, events.fd())).isEqualTo(Errno.EINVAL);
        assertThat(client.map(BOTH, 0, BASE, 0x1000, client.socket.fd())).isEqualTo(Errno.EINVAL);
        assertThat(client.map(BOTH, 0, BASE, 0x1000, file.fd(), file.fd())).isEqualTo(Errno.EINVAL);
        try (Descriptor device = Descriptor.open(sys, "/dev/zero", Abi.O_RDWR)) {
            assertThat(client.map(BOTH, 0, BASE, 0x1000, device)).isEqualTo(Errno.EINVAL);
        }
    }

    @Test
    void an_unmap_takes_all_mappings_in_its_range_and_none_that_it_cuts() {
        RawClient client = client();
        MemFd file = memory(0x4000);
        for (int i = 0; i < 4; i++) {
            assertThat(client.map(BOTH, 0, BASE + 0x2000L * i, 0x1000, file.fd()))
                    .isZero();
        }
        assertThat(client.unmap(BASE + 0x1000, 0x1000)).isEqualTo(Errno.ENOENT);
        assertThat(client.unmap(BASE, 0x2000)).isZero();
        assertThat(device.space.mappings().size()).isEqualTo(3);
        assertThat(client.unmap(BASE, 0x1000)).isEqualTo(Errno.ENOENT);
        assertThat(client.unmap(0, BASE + 0x4000)).isZero();
        assertThat(device.space.mappings().size()).isEqualTo(2);
        DmaUnmap.all().write(client.out, client.nextId());
        assertThat(client.exchange(List.of()).payloadSize()).isEqualTo(24);
        assertThat(device.space.mappings().size()).isZero();
        assertThat(client.map(BOTH, 0, BASE, 0x2000, file.fd())).isZero();
        assertThat(client.unmap(BASE, 0x1000)).isEqualTo(Errno.ENOENT);
    }

    @Test
    void no_more_is_mapped_than_the_limits_say() {
        serveAgain(ServerOptions.defaults().withLimits(ServerLimits.defaults().withDmaMaps(3, 0x5000)));
        RawClient client = client();
        MemFd file = memory(0x4000);
        assertThat(client.map(BOTH, 0, BASE, 0x4000, file.fd())).isZero();
        assertThat(client.map(BOTH, 0, 0, 0x2000, file.fd())).isEqualTo(Errno.ENOSPC);
        assertThat(client.map(BOTH, 0, 0, 0x800)).isZero();
        assertThat(client.map(BOTH, 0, 0x1000, 0x100)).isZero();
        assertThat(client.map(BOTH, 0, 0x2000, 0x100)).isEqualTo(Errno.ENOSPC);
        assertThat(client.unmap(0x1000, 0x100)).isZero();
        assertThat(client.map(BOTH, 0, 0x2000, 0x100)).isZero();
    }

    @Test
    void memory_without_a_file_is_reached_by_messages_in_parts_that_any_client_takes() {
        serve(Capabilities.absent().withMaxTransfer(0x3000));
    }

    @Test
    void messages_use_the_twin_socket_where_there_is_one() {
        RawClient client = closing(RawClient.connect(path));
        Capabilities offer = Capabilities.absent().withMaxFds(4).withTwinSocket(true, -1);
        new Version(0, 1, offer).write(client.out, client.nextId());
        Message reply = client.exchange(List.of());
        assertThat(Version.read(reply).capabilitiesOrAbsent().twinSocket()).isTrue();
        Descriptor fd = reply.takeFd(0);
        MessageChannel twin = closing(new MessageChannel(UnixSocket.of(sys, fd), 0));
        serve(client, twin, 0x2_0000);
    }

    @Test
    void a_file_whose_size_is_not_sealed_is_reached_by_messages() throws Exception {
        RawClient client = client();
        try (Descriptor file = unsealed(0x8000)) {
            assertThat(client.map(BOTH, 0, BASE, 0x8000, file)).isZero();
        }
        serveMapped(client, client.channel, 1 << 17);
    }

    @Test
    void a_file_whose_size_is_not_sealed_is_mapped_or_refused_where_that_is_asked_for() throws Exception {
        serveAgain(ServerOptions.defaults().withUnsealedMemory(ServerOptions.UnsealedMemory.MAP));
        try (RawClient client = RawClient.open(path);
                Descriptor file = unsealed(0x8000)) {
            assertThat(client.map(BOTH, 0, BASE, 0x8000, file)).isZero();
            copy(client, BASE, BASE + 0x1000, 8);
        }
        serveAgain(ServerOptions.defaults().withUnsealedMemory(ServerOptions.UnsealedMemory.REFUSE));
        try (RawClient client = RawClient.open(path);
                Descriptor file = unsealed(0x8000)) {
            assertThat(client.map(BOTH, 0, BASE, 0x8000, file)).isEqualTo(Errno.EINVAL);
        }
    }

    @Test
    void a_client_that_refuses_a_message_fails_the_transfer() {
        RawClient client = client();
        assertThat(client.map(BOTH, 0, BASE, 0x8000)).isZero();
        start(client, BASE, BASE, 64);
        Message command = client.receive();
        client.out.fail(command, Errno.EPERM);
        client.channel.send(client.out, List.of());
        assertThat(awaitStatus(client)).isEqualTo(2 + Errno.EPERM);
    }

    @Test
    void a_client_that_does_not_answer_fails_the_transfer_and_nothing_else() {
        serveAgain(ServerOptions.defaults().withLimits(ServerLimits.defaults().withDma(SHORT)));
        RawClient client = client();
        assertThat(client.map(BOTH, 0, BASE, 0x8000)).isZero();
        start(client, BASE, BASE, 64);
        client.receive();
        int late = client.in.id();
        assertThat(awaitStatus(client)).isEqualTo(2 + Errno.ETIMEDOUT);
        DmaAccess.beginRead(client.out, late, BASE, 64);
        client.out.resize(DmaAccess.SIZE + 64);
        client.out.addFlags(Message.REPLY);
        client.channel.send(client.out, List.of());
        assertThat(client.read(0, 0, 4)).as("a late answer is dropped").isZero();
    }

    @Test
    void an_unmap_is_answered_although_the_device_waits_for_an_answer_of_the_client() {
        RawClient client = client();
        assertThat(client.map(BOTH, 0, BASE, 0x8000)).isZero();
        start(client, BASE, BASE, 64);
        assertThat(client.receive().commandId()).isEqualTo(Command.DMA_READ.id());
        long begin = System.nanoTime();
        assertThat(client.unmap(BASE, 0x8000)).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
        assertThat(awaitStatus(client)).isEqualTo(2 + Errno.ECANCELED);
    }

    @Test
    void an_unmap_lets_a_transfer_finish_whose_answer_comes_in_time() {
        RawClient client = client();
        assertThat(client.map(BOTH, 0, BASE, 0x8000)).isZero();
        start(client, BASE, BASE, 64);
        client.receive();
        int id = client.in.id();
        DmaUnmap.of(BASE, 0x8000).write(client.out, client.nextId());
        client.channel.send(client.out, List.of());
        int unmap = client.out.id();
        client.out.beginReply(client.in, DmaAccess.SIZE + 64);
        client.out.set64(0, BASE);
        client.out.set64(8, 64);
        client.channel.send(client.out, List.of());
        assertThat(id).isEqualTo(client.out.id());
        Message next = client.receive();
        if (!next.isReply()) {
            // The device was quicker than the unmap, and already writes what it has read.
            assertThat(next.commandId()).isEqualTo(Command.DMA_WRITE.id());
            client.out.beginReply(next, DmaAccess.SIZE);
            client.out.set64(0, BASE);
            client.out.set64(8, 64);
            client.channel.send(client.out, List.of());
            next = client.receive();
        }
        assertThat(next.isReply()).isTrue();
        assertThat(next.id()).isEqualTo(unmap);
        assertThat(next.isError()).isFalse();
    }

    @Test
    void a_device_that_moves_bytes_on_the_servers_own_thread_is_refused_instead_of_hanging() {
        RawClient client = client();
        device.engine = Runnable::run;
        assertThat(client.map(BOTH, 0, BASE, 0x8000)).isZero();
        assertThat(copyStatus(client, BASE, BASE, 64)).isEqualTo(2 + Errno.EDEADLK);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void an_access_of_a_slow_region_may_wait_for_bytes_of_the_client_over_so_many_hops(int hops) {
        device.engine = copy -> CompletableFuture.runAsync(copy).join();
        device.slow = region -> region == 0;
        Path last = path;
        for (int hop = 1; hop < hops; hop++) {
            VfioUserDevice exported = closing(VfioUserDevice.connect(last, VfioUserLimits.defaults()));
            last = folder.resolve("hop" + hop);
            closing(VfioUserServer.listen(exported, last, options(), ServerListener.NONE));
            SlowRegions told = exported.ability(SlowRegions.class).orElseThrow();
            assertThat(IntStream.range(0, 9).filter(told::slow)).containsExactly(0);
        }
        Capabilities capabilities = Capabilities.absent().withMaxTransfer(0x3000);
        RawClient client = closing(RawClient.open(last, capabilities));
        serve(client, client.channel, (int) capabilities.maxTransfer());
    }

    private void serve(Capabilities capabilities) {
        RawClient client = closing(RawClient.open(path, capabilities));
        serve(client, client.channel, (int) capabilities.maxTransfer());
    }

    private void serve(RawClient client, MessageChannel dma, int most) {
        assertThat(client.map(BOTH, 0, BASE, 0x8000)).isZero();
        serveMapped(client, dma, most);
    }

    /** Copies 28 KiB within the client's memory, which the client serves by messages of at most so many bytes. */
    private void serveMapped(RawClient client, MessageChannel dma, int most) {
        byte[] memory = new byte[0x8000];
        for (int i = 0; i < memory.length; i++) {
            memory[i] = (byte) (i * 31);
        }
        int length = 0x7000;
        int parts = 2 * ((length + most - 1) / most);
        start(client, BASE, BASE + 0x1000, length);
        Message in = closing(new Message(1 << 20));
        Message channelIn = dma == client.channel ? client.in : in;
        for (int i = 0; i < parts; i++) {
            assertThat(dma.receive(channelIn, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
            DmaAccess.check(channelIn, most);
            int at = (int) (DmaAccess.address(channelIn) - BASE);
            int count = (int) DmaAccess.count(channelIn);
            if (channelIn.commandId() == Command.DMA_READ.id()) {
                DmaAccess.beginReadReply(client.out, channelIn);
                MemorySegment.copy(memory, at, client.out.payload(16, count), ValueLayout.JAVA_BYTE, 0, count);
            } else {
                MemorySegment.copy(channelIn.payload(16, count), ValueLayout.JAVA_BYTE, 0, memory, at, count);
                DmaAccess.writeReply(client.out, channelIn);
            }
            dma.send(client.out, List.of());
        }
        assertThat(awaitStatus(client)).isEqualTo(1);
        for (int i = 0x1000; i < memory.length; i++) {
            assertThat(memory[i]).isEqualTo((byte) ((i - 0x1000) * 31));
        }
    }

    private Descriptor unsealed(long size) {
        Descriptor file = Descriptor.of(sys, sys.memfdCreate("unsealed", Abi.MFD_CLOEXEC), "memfd_create", "unsealed");
        assertThat(sys.ftruncate(file.acquire(), size)).isZero();
        file.release();
        return file;
    }

    private void copy(RawClient client, long from, long to, long length) {
        assertThat(copyStatus(client, from, to, length)).isEqualTo(1);
    }

    private long copyStatus(RawClient client, long from, long to, long length) {
        start(client, from, to, length);
        return awaitStatus(client);
    }

    private static void start(RawClient client, long from, long to, long length) {
        client.write(0, ServedFixture.STATUS, 8, 0);
        client.write(0, ServedFixture.FROM, 8, from);
        client.write(0, ServedFixture.TO, 8, to);
        client.write(0, ServedFixture.LENGTH, 8, length);
        RegionAccess.beginWrite(client.out, client.nextId(), 0, ServedFixture.GO, 8);
        client.out.addFlags(Message.NO_REPLY);
        client.channel.send(client.out, List.of());
    }

    private static long awaitStatus(RawClient client) {
        long[] status = new long[1];
        awaitTrue(() -> {
            status[0] = client.read(0, ServedFixture.STATUS, 8);
            return status[0] != 0;
        });
        return status[0];
    }
}
