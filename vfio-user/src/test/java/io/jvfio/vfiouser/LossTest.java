// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.Reattachable;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Poller;
import io.jvfio.interrupt.Notices;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.ProtocolException;
import io.jvfio.vfiouser.protocol.RegionAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that end, are late, or do not keep to the protocol, and what is left of their devices. */
final class LossTest extends ClientTest {
    private static final long IOVA = 0x10_0000;

    @Test
    void a_server_that_signals_without_end_makes_one_thread_and_leaves_none() {
        VfioUserDevice device = connect();
        AtomicInteger told = new AtomicInteger();
        Set<Thread> tellers = ConcurrentHashMap.newKeySet();
        device.ability(Notices.class).orElseThrow().tell(new Notices.Listener() {
            @Override
            public void errorReported() {
                told.incrementAndGet();
                tellers.add(Thread.currentThread());
            }

            @Override
            public void removalRequested() {
                errorReported();
            }
        });
        int most = 0;
        for (int i = 0; i < 10_000; i++) {
            server.client().fire(VfioPci.VFIO_PCI_REQ_IRQ_INDEX);
            if (i % 1_000 == 0) {
                most = Math.max(most, noticeThreads());
            }
        }
        until(() -> told.get() == 1);
        assertThat(most).isLessThanOrEqualTo(1);
        assertThat(noticeThreads()).isOne();
        assertThat(tellers).hasSize(1);
        device.close();
        until(() -> noticeThreads() == 0);
        assertThat(told).hasValue(1);
    }

    private int noticeThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("jvfio-notices " + socket()))
                .count();
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_device_whose_server_ended_says_so_in_every_operation(boolean twin) throws Exception {
        server.capabilities = server.capabilities.withTwinSocket(twin, 0);
        VfioUserDevice device = connect();
        DmaMapping mapping = map(device, memory(1), IOVA);
        RegionMapping window = closing(device.map(TestServer.WHOLE_BAR, 0, 4096).orElseThrow());
        EventFd error = eventfd();
        device.setIrqs(IrqRequest.assign(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, List.of(error.fd())));
        server.drop();
        await(error);
        assertThat(device.isConnected()).isFalse();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(4);
            List<ThrowingCallable> operations = List.of(
                    () -> device.readRegister(TestServer.CONFIG, 0, 4),
                    () -> device.writeRegister(TestServer.CONFIG, 0x3c, 1, 0),
                    () -> device.read(TestServer.CONFIG, 0, bytes),
                    () -> device.write(TestServer.CONFIG, 0x3c, bytes),
                    () -> device.map(TestServer.WHOLE_BAR, 0, 4096),
                    () -> device.setIrqs(IrqRequest.disable(2)),
                    () -> device.feature(new DeviceFeature.Probe(0, DeviceFeature.Direction.PROBE_SET)),
                    () -> device.addressSpace().map(memory(1), MapRequest.defaults()),
                    () -> device.ability(Reattachable.class).orElseThrow().detach(),
                    device::reset);
            assertThat(operations)
                    .allSatisfy(operation -> assertThatThrownBy(operation)
                            .isInstanceOf(DeviceGoneException.class)
                            .hasMessageContaining(socket().toString())
                            .hasRootCauseInstanceOf(VfioException.class));
        }
        assertThatThrownBy(() -> window.memory().get(ValueLayout.JAVA_INT, 0))
                .isInstanceOf(IllegalStateException.class);
        mapping.close();
        device.close();
        assertThatThrownBy(() -> device.readRegister(TestServer.CONFIG, 0, 4))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_call_that_waits_ends_when_the_server_does() throws Exception {
        VfioUserDevice device = connect();
        CountDownLatch asked = unanswered(Command.DEVICE_RESET);
        CompletableFuture<Void> call = CompletableFuture.runAsync(device::reset);
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        server.drop();
        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(DeviceGoneException.class);
    }

    @Test
    void a_call_that_waits_ends_when_the_device_is_closed() throws Exception {
        VfioUserDevice device = connect();
        CountDownLatch asked = unanswered(Command.DEVICE_RESET);
        CompletableFuture<Void> call = CompletableFuture.runAsync(device::reset);
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        device.close();
        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_server_that_is_late_is_lost_and_its_late_reply_confuses_nobody() throws Exception {
        VfioUserDevice device = connect(IMPATIENT);
        unanswered(Command.DEVICE_RESET);
        assertThatThrownBy(device::reset)
                .isInstanceOf(DeviceGoneException.class)
                .rootCause()
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ETIMEDOUT"));
        assertThatThrownBy(() -> device.readRegister(TestServer.CONFIG, 0, 4)).isInstanceOf(DeviceGoneException.class);
        server.script = (client, command) -> false;
        server.awaitGone();
        device.reconnect();
        assertThat(device.readRegister(TestServer.CONFIG, 0, 4)).isEqualTo(0x11e8_1234L);
    }

    @Test
    void a_server_that_sends_commands_for_ever_instead_of_its_reply_is_late_too() {
        VfioUserDevice device = connect(IMPATIENT);
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DEVICE_RESET) {
                return false;
            }
            while (true) {
                client.out.beginCommand(1, Command.DMA_READ, 16);
                client.exchange(1);
            }
        };
        server.capabilities = server.capabilities.withTwinSocket(false, -1);
        device.close();
        VfioUserDevice again = connect(IMPATIENT);
        assertThatThrownBy(again::reset).isInstanceOf(DeviceGoneException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "command", "type", "nobody"})
    void a_server_that_breaks_the_protocol_is_lost(String how) throws Exception {
        VfioUserDevice device = connect(IMPATIENT);
        EventFd error = eventfd();
        device.setIrqs(IrqRequest.assign(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, List.of(error.fd())));
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.REGION_READ) {
                return false;
            }
            RegionAccess.beginReadReply(client.out, command, 4);
            breakIt(client.out, how);
            client.reply();
            return true;
        };
        assertThatThrownBy(() -> device.readRegister(TestServer.CONFIG, 0, 4)).isInstanceOf(DeviceGoneException.class);
        await(error);
    }

    private static void breakIt(Message reply, String how) {
        try (Message wrong = new Message(64)) {
            switch (how) {
                case "id" -> RegionAccess.beginRead(wrong, reply.id() + 1, 7, 0, 4);
                case "command" -> wrong.beginCommand(reply.id(), Command.REGION_WRITE, 16);
                default -> RegionAccess.beginRead(wrong, reply.id(), 7, 0, 4);
            }
            switch (how) {
                case "id", "command" -> {
                    try (Message answer = new Message(64)) {
                        answer.beginReply(wrong, 20);
                        reply.beginReply(answer, 20);
                    }
                }
                case "type" -> reply.addFlags(2);
                default -> reply.addFlags(0xf);
            }
        }
    }

    @Test
    void an_answer_that_is_too_short_or_too_long_fails_alone() {
        VfioUserDevice device = connect();
        for (int payload : new int[] {0, 3, 15, 19}) {
            server.script = (client, command) -> {
                if (Command.of(command.commandId()) != Command.REGION_READ) {
                    return false;
                }
                RegionAccess.beginReadReply(client.out, command, 4);
                client.out.resize(payload);
                client.reply();
                return true;
            };
            assertThatThrownBy(() -> device.readRegister(TestServer.CONFIG, 0, 4))
                    .isInstanceOf(ProtocolException.class);
        }
        for (int count : new int[] {0, 3, 5, 4096}) {
            server.script = (client, command) -> {
                if (Command.of(command.commandId()) != Command.REGION_READ) {
                    return false;
                }
                RegionAccess.beginReadReply(client.out, command, count);
                client.reply();
                return true;
            };
            assertThatThrownBy(() -> device.readRegister(TestServer.CONFIG, 0, 4))
                    .isInstanceOf(VfioException.class)
                    .isNotInstanceOf(DeviceGoneException.class);
        }
        server.script = (client, command) -> false;
        assertThat(device.readRegister(TestServer.CONFIG, 0, 4)).isEqualTo(0x11e8_1234L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_reconnected_device_has_its_maps_and_interrupts_again(boolean twin) throws Exception {
        server.capabilities = server.capabilities.withTwinSocket(twin, 0);
        VfioUserDevice device = connect();
        DmaSource.File from = memory(1);
        DmaSource.Segment to = anonymous(1);
        from.view().fill((byte) 0x21);
        map(device, from, IOVA);
        DmaMapping gone = map(device, memory(1), IOVA * 4);
        map(device, to, IOVA * 2);
        EventFd vector = eventfd();
        EventFd error = eventfd();
        device.setIrqs(IrqRequest.assign(2, 19, List.of(vector.fd())));
        device.setIrqs(IrqRequest.assign(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, List.of(error.fd())));
        assertThatThrownBy(device::reconnect).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < 3; i++) {
            server.drop();
            await(error);
            assertThat(error.drain()).isEqualTo(1);
            gone.close();
            device.reconnect();
            assertThat(device.isConnected()).isTrue();
            assertThat(server.client().ranges).containsOnlyKeys(IOVA, IOVA * 2);
            to.memory().fill((byte) 0);
            copy(device, IOVA, IOVA * 2, 4096);
            assertThat(holds(to.memory(), 0x21, 4096)).isTrue();
            device.setIrqs(IrqRequest.trigger(2, 19, 1));
            assertThat(vector.drain()).isEqualTo(1);
            try (RegionMapping window =
                    device.map(TestServer.WHOLE_BAR, 0, 4096).orElseThrow()) {
                assertThat(window.memory().byteSize()).isEqualTo(4096);
            }
        }
        device.close();
        assertThatThrownBy(device::reconnect).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void another_device_behind_the_socket_is_not_taken_for_the_same() throws Exception {
        VfioUserDevice device = connect();
        EventFd error = eventfd();
        device.setIrqs(IrqRequest.assign(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, List.of(error.fd())));
        server.drop();
        await(error);
        server.memories.set(5, server.memories.get(TestServer.MEMORY_BAR));
        assertThatThrownBy(device::reconnect)
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ESTALE"));
        server.memories.set(5, MemorySegment.NULL);
        device.reconnect();
        assertThat(device.readRegister(TestServer.CONFIG, 0, 4)).isEqualTo(0x11e8_1234L);
    }

    @Test
    void a_server_may_end_at_every_byte_of_its_answer() throws Exception {
        VfioUserDevice device = connect();
        EventFd error = eventfd();
        device.setIrqs(IrqRequest.assign(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0, List.of(error.fd())));
        int whole = Message.HEADER + RegionAccess.SIZE + 4;
        for (int length = 0; length <= whole; length++) {
            int sent = length;
            server.script = (client, command) -> {
                if (Command.of(command.commandId()) != Command.REGION_READ || RegionAccess.offset(command) != 0) {
                    return false;
                }
                RegionAccess.beginReadReply(client.out, command, 4);
                client.sendAndEnd(sent, sent % 3);
                return true;
            };
            if (length < whole) {
                assertThatThrownBy(() -> device.readRegister(TestServer.CONFIG, 0, 4))
                        .isInstanceOf(DeviceGoneException.class);
            } else {
                assertThat(device.readRegister(TestServer.CONFIG, 0, 4)).isZero();
            }
            await(error);
            error.drain();
            device.reconnect();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"major", "minor", "twin", "json", "error", "end", "late"})
    void a_server_with_which_nothing_can_be_agreed_is_refused(String how) {
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.VERSION) {
                return false;
            }
            byte[] json = (how.equals("twin")
                            ? "{\"capabilities\":{\"twin_socket\":{\"supported\":true,\"fd_index\":0}}}\0"
                            : how.equals("json") ? "{\"capabilities\":7}\0" : "{}\0")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            client.out.beginReply(command, 4 + json.length);
            client.out.set16(0, how.equals("major") ? 1 : 0);
            client.out.set16(2, how.equals("minor") ? 2 : 0);
            client.out.payload(4, json.length).copyFrom(MemorySegment.ofArray(json));
            switch (how) {
                case "error" -> client.fail(95);
                case "end" -> client.shutdown();
                case "late" -> {}
                default -> client.reply();
            }
            return true;
        };
        assertThatThrownBy(() -> connect(IMPATIENT))
                .isInstanceOf(VfioException.class)
                .isNotInstanceOf(DeviceGoneException.class);
    }

    @Test
    void a_socket_without_a_server_is_a_clear_error() {
        assertThatThrownBy(() -> VfioUserDevice.connect(folder.resolve("nothing"), VfioUserLimits.defaults()))
                .isInstanceOfSatisfying(VfioException.class, e -> {
                    assertThat(e.call()).isEqualTo("connect");
                    assertThat(e.name()).isEqualTo("ENOENT");
                    assertThat(e.hint()).isNotEmpty();
                });
    }

    /** From now on the server leaves a command without an answer; counts down when it has come. */
    private CountDownLatch unanswered(Command which) {
        CountDownLatch asked = new CountDownLatch(1);
        server.script = (client, command) -> {
            boolean found = Command.of(command.commandId()) == which;
            if (found) {
                asked.countDown();
            }
            return found;
        };
        return asked;
    }

    private static void await(EventFd eventfd) {
        try (Poller poller = new Poller(SYS, 1)) {
            poller.set(0, eventfd.fd(), Abi.POLLIN);
            assertThat(poller.await(TimeUnit.SECONDS.toNanos(10))).isEqualTo(1);
        }
    }
}
