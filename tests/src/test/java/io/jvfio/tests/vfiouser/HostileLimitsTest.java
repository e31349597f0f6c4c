// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import io.jvfio.vfiouser.protocol.Version;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that take of descriptors, mappings and memory what they can get: they get what their limits say, others in the
 * same process are used as ever, and when they have gone all of it is back.
 */
@Timeout(60)
class HostileLimitsTest {
    private static final String EDU = "model:edu?transfer_ms=0";

    private final SystemCalls sys = SystemCalls.linux();

    @TempDir
    Path folder;

    /** A model behind a socket. */
    private final class Served implements AutoCloseable {
        final Path path;
        private final Vfio context = Vfio.create();
        private final VfioDevice device;
        private final VfioUserServer server;

        Served(String name, String model) {
            path = folder.resolve(name);
            device = context.openDevice(DeviceLocator.parse(model), OpenOptions.defaults());
            server = VfioUserServer.listen(device, path, ServerOptions.defaults(), ServerListener.NONE);
        }

        @Override
        public void close() {
            server.close();
            device.close();
            context.close();
        }
    }

    /** A client that has agreed and says what a test wants. */
    private final class Attacker implements AutoCloseable {
        final UnixSocket socket;
        final MessageChannel channel;
        final Message out = new Message(1 << 16);
        final Message in = new Message(1 << 16);

        Attacker(Path path) {
            socket = UnixSocket.connect(sys, path.toString(), Duration.ofSeconds(5));
            channel = new MessageChannel(socket, 16);
            channel.limitWaits(20_000);
            new Version(0, 1, Capabilities.absent().withMaxFds(16)).write(out, 0);
            assertThat(exchange(List.of())).isZero();
        }

        /** Sends what is in {@link #out}; 0 or the errno of the answer. */
        int exchange(List<? extends Fd> fds) {
            channel.send(out, fds);
            assertThat(channel.receive(in, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
            return in.isError() ? in.errno() : 0;
        }

        /** Maps a page; two neighbours never become one mapping of the kernel. */
        void map(int number, Fd file, boolean posted) {
            new DmaMapRequest(3, number % 2 * 0x1000L, number * 0x1000L, 0x1000).write(out, number & 0xffff);
            if (posted) {
                out.addFlags(Message.NO_REPLY);
            }
            channel.send(out, List.of(file));
        }

        int lastErrno() {
            assertThat(channel.receive(in, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
            return in.isError() ? in.errno() : 0;
        }

        @Override
        public void close() {
            channel.close();
            out.close();
            in.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {EDU, "model:nvme?size=1MiB"})
    void descriptors_bit_by_bit_are_closed_as_they_come(String model) throws Exception {
        try (Served victim = new Served("victim", model);
                Bystander other = new Bystander(folder)) {
            long before = ProcSelf.openDescriptors();
            long[] most = {0};
            try (MemFd file = MemFd.of(sys, "attack", 0x2000);
                    Attacker attacker = new Attacker(victim.path)) {
                for (int i = 0; i < 20; i++) {
                    Intruder.bitByBit(
                            attacker.socket,
                            i,
                            Command.DMA_MAP,
                            0,
                            file.fd(),
                            () -> most[0] = Math.max(most[0], ProcSelf.openDescriptors() - before));
                    assertThat(attacker.lastErrno()).isEqualTo(Errno.EINVAL);
                }
            }
            assertThat(most[0]).as("descriptors at a time").isLessThan(Intruder.MOST_FDS + 50);
            other.assertUnharmed();
        }
    }

    @Test
    void many_clients_that_map_what_they_can_leave_enough_for_the_process_and_the_next() throws Exception {
        List<Served> victims = new ArrayList<>();
        List<Attacker> attackers = new ArrayList<>();
        try (Bystander other = new Bystander(folder)) {
            MemFd file = MemFd.of(sys, "attack", 0x2000);
            try {
                for (int i = 0; i < 8; i++) {
                    victims.add(new Served("victim" + i, EDU));
                    Attacker attacker = new Attacker(victims.get(i).path);
                    attackers.add(attacker);
                    for (int number = 0; number < 4096; number++) {
                        attacker.map(number, file.fd(), true);
                    }
                }
                for (Attacker attacker : attackers) {
                    attacker.map(5000, file.fd(), false);
                    assertThat(attacker.lastErrno()).isEqualTo(Errno.ENOSPC);
                }
                // Nothing of a file is kept but what is mapped of it.
                assertThat(ProcSelf.openDescriptors()).isLessThan(1000);
                try (Served next = new Served("next", EDU);
                        Attacker honest = new Attacker(next.path)) {
                    for (int number = 0; number < 100; number++) {
                        honest.map(number, file.fd(), false);
                        assertThat(honest.lastErrno()).isZero();
                    }
                }
            } finally {
                attackers.forEach(Attacker::close);
                victims.forEach(Served::close);
                file.close();
            }
            other.assertUnharmed();
        }
    }

    @Test
    void a_flood_of_commands_is_taken_as_fast_as_it_is_done() throws Exception {
        try (Served victim = new Served("victim", EDU);
                Bystander other = new Bystander(folder)) {
            try (Attacker attacker = new Attacker(victim.path)) {
                for (int i = 0; i < 20_000; i++) {
                    attacker.out.beginCommand(i & 0xffff, Command.DEVICE_RESET, 0);
                    attacker.out.addFlags(Message.NO_REPLY);
                    attacker.channel.send(attacker.out, List.of());
                }
            }
            other.assertUnharmed();
        }
    }

    @Test
    void doorbells_that_are_rung_without_end_are_the_time_of_who_rings_them() throws Exception {
        try (Served victim = new Served("victim", "model:nvme?size=1MiB")) {
            try (Attacker first = new Attacker(victim.path)) {
                ring(first, 1); // starts the model's own thread
            }
            try (Bystander other = new Bystander(folder)) {
                try (Attacker attacker = new Attacker(victim.path)) {
                    ring(attacker, 100_000);
                }
                other.assertUnharmed();
            }
            try (Attacker next = new Attacker(victim.path)) {
                RegionIoFds.writeRequest(next.out, 1, 0, 4096);
                assertThat(next.exchange(List.of())).isZero();
                assertThat(next.in.fdCount()).isEqualTo(16);
            }
        }
    }

    /** Rings all the doorbells that it gets, with rubbish in them, and asks the server something now and then. */
    private void ring(Attacker attacker, int times) {
        RegionIoFds.writeRequest(attacker.out, 1, 0, 4096);
        assertThat(attacker.exchange(List.of())).isZero();
        List<Fd> fds = new ArrayList<>();
        while (attacker.in.fdCount() > 0) {
            fds.add(attacker.in.takeFd(0));
        }
        assertThat(fds).hasSize(16);
        try (Mapping memory = Mapping.ofFile(sys, fds.getFirst(), 0, 0x1000, Abi.PROT_READ | Abi.PROT_WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
            for (int i = 0; i < times; i++) {
                memory.memory().fill((byte) (i * 31));
                Fd eventfd = fds.get(1 + i % 15);
                assertThat(sys.write(eventfd.acquire(), one, Long.BYTES)).isEqualTo(Long.BYTES);
                eventfd.release();
                if (i % 1_000 == 0) {
                    long start = System.nanoTime();
                    RegionAccess.beginRead(attacker.out, i & 0xffff, 7, 0, 4);
                    assertThat(attacker.exchange(List.of())).isZero();
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
                }
            }
        } finally {
            fds.forEach(Fd::close);
        }
    }

    @Test
    void a_server_that_sends_descriptors_bit_by_bit_harms_no_other_device() throws Exception {
        try (Bystander other = new Bystander(folder)) {
            try (UnixListener listener =
                    UnixListener.open(sys, folder.resolve("hostile").toString(), 1)) {
                Thread server = Thread.ofPlatform().daemon().start(() -> answerBitByBit(listener));
                VfioUserLimits limits = VfioUserLimits.defaults().withTimeout(Duration.ofSeconds(2));
                assertThatThrownBy(() -> VfioUserDevice.connect(folder.resolve("hostile"), limits))
                        .isInstanceOf(VfioException.class);
                server.join();
            }
            other.assertUnharmed();
        }
    }

    /** Answers the first message so. */
    private void answerBitByBit(UnixListener listener) {
        UnixSocket socket = listener.accept();
        try (MessageChannel client = new MessageChannel(socket, 0);
                MemFd file = MemFd.of(sys, "attack", 1);
                Message in = new Message(1 << 16)) {
            client.receive(in, Message.HEADER);
            Intruder.bitByBit(socket, in.id(), Command.VERSION, 1, file.fd(), () -> {});
        } catch (VfioException gone) {
            // The client has had enough.
        }
    }
}
