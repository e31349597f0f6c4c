// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.Reattachable;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaAccess;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server reaches of the client's memory, and how. */
final class DmaTest extends ClientTest {
    private static final long FROM = 0x10_0000;
    private static final long TO = 0x20_0000;

    /** An offset whose read makes the test's server do something first. */
    private static final long SPECIAL = 0x3000;

    @Test
    void shared_memory_is_copied_without_a_message() {
        VfioUserDevice device = connect();
        DmaSource.File from = memory(1);
        DmaSource.File to = memory(1);
        from.view().fill((byte) 0x5a);
        map(device, from, FROM);
        map(device, to, TO);
        copy(device, FROM, TO, 4096);
        assertThat(holds(to.view(), 0x5a, 4096)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void memory_that_a_server_could_make_to_fault_is_shared_on_the_user_s_word_alone(boolean word, boolean inLocator) {
        List<Integer> files = new CopyOnWriteArrayList<>();
        server.script = (client, command) -> {
            if (command.commandId() == Command.DMA_MAP.id()) {
                files.add(command.fdCount());
            }
            return false;
        };
        VfioUserDevice device = inLocator
                ? open(word ? "?trust=server" : "")
                : connect(VfioUserLimits.defaults().withTrustServer(word));
        DmaSource.File sealed = memory(1);
        map(device, sealed, TO);
        try (Descriptor file = Descriptor.of(SYS, SYS.memfdCreate("open", Abi.MFD_CLOEXEC), "memfd_create", "open")) {
            assertThat(SYS.ftruncate(file.acquire(), 4096)).isZero();
            file.release();
            Mapping view = closing(Mapping.ofFile(SYS, file, 0, 4096, Abi.PROT_READ | Abi.PROT_WRITE));
            try (DmaMapping mapping = device.addressSpace()
                    .map(
                            new DmaSource.File(file, 0, view.memory()),
                            MapRequest.defaults().withIova(FROM))) {
                view.memory().fill((byte) 0x77);
                copy(device, mapping.iova(), TO, 4096);
            }
        }
        assertThat(holds(sealed.view(), 0x77, 4096)).isTrue();
        assertThat(files).containsExactly(1, word ? 1 : 0);
    }

    private VfioUserDevice open(String words) {
        DeviceLocator locator = DeviceLocator.parse("vfio-user:" + socket() + words);
        VfioDevice device = closing(new VfioUserCarrier().open(CarrierContext.of(), locator, OpenOptions.defaults()));
        return device.ability(VfioUserDevice.class).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "?trust", "?trust=client", "?trust=server&", "?trust=server?trust=server"})
    void a_locator_has_no_other_word(String words) {
        assertThatThrownBy(() -> open(words))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("?trust=server");
    }

    /** {@code FALLOC_FL_PUNCH_HOLE} and {@code FALLOC_FL_KEEP_SIZE} of {@code falloc.h}. */
    @Test
    void a_server_that_empties_shared_memory_ends_no_code_that_works_on_it() throws Exception {
        CompletableFuture<Fd> stolen = new CompletableFuture<>();
        server.script = (client, command) -> {
            if (command.commandId() == Command.DMA_MAP.id()) {
                stolen.complete(command.fd(0).duplicate());
            }
            return false;
        };
        DmaSource.File memory = memory(512);
        map(connect(), memory, FROM);
        Fd file = closing(stolen.get(10, TimeUnit.SECONDS));
        int number = file.acquire();
        try {
            assertThat(SYS.ftruncate(number, 0)).isEqualTo(-Errno.EPERM);
            CRC32 zeroes = new CRC32();
            zeroes.update(new byte[(int) memory.length()]);
            for (int i = 0; i < 20; i++) {
                memory.view().fill((byte) i);
                assertThat(SYS.fallocate(number, 0x2 | 0x1, 0, memory.length())).isZero();
                CRC32 sum = new CRC32();
                sum.update(memory.view().asByteBuffer());
                assertThat(sum.getValue()).isEqualTo(zeroes.getValue());
            }
        } finally {
            file.release();
        }
    }

    @Test
    void huge_pages_are_not_shared() throws Exception {
        Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
        assumeThat(Files.exists(free) && Long.parseLong(Files.readString(free).strip()) > 0)
                .as("free huge pages of 2 MiB; write 4 to /proc/sys/vm/nr_hugepages")
                .isTrue();
        List<Integer> files = new CopyOnWriteArrayList<>();
        server.script = (client, command) -> {
            if (command.commandId() == Command.DMA_MAP.id()) {
                files.add(command.fdCount());
            }
            return false;
        };
        MemFd huge = closing(MemFd.of(SYS, "huge", MemFd.HUGE_2_MIB, MemFd.HUGE_2_MIB));
        Mapping view = closing(huge.map(0, huge.size()));
        VfioUserDevice device = connect();
        DmaSource.File small = memory(1);
        map(device, new DmaSource.File(huge.fd(), 0, view.memory()), FROM);
        map(device, small, FROM + huge.size());
        view.memory().fill((byte) 0x19);
        copy(device, FROM + 4096, FROM + huge.size(), 4096);
        assertThat(holds(small.view(), 0x19, 4096)).isTrue();
        assertThat(files).containsExactly(0, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void memory_without_a_file_is_copied_by_messages_on_either_socket(boolean twin) {
        server.capabilities = server.capabilities.withTwinSocket(twin, 0);
        VfioUserDevice device = connect();
        DmaSource.Segment from = anonymous(32);
        DmaSource.Segment to = anonymous(32);
        from.memory().fill((byte) 0x33);
        map(device, from, FROM);
        map(device, to, TO);
        for (int length : new int[] {1, 8, 4096, 128 * 1024}) {
            to.memory().fill((byte) 0);
            copy(device, FROM, TO, length);
            assertThat(holds(to.memory(), 0x33, length)).isTrue();
        }
    }

    @Test
    void remote_memory_is_reached_by_its_calls() {
        VfioUserDevice device = connect();
        DmaSource.File to = memory(1);
        DmaSource.Remote from =
                new DmaSource.Remote(4096, (offset, local) -> local.fill((byte) 0x44), (offset, local) -> {});
        map(device, from, FROM);
        map(device, to, TO);
        copy(device, FROM, TO, 4096);
        assertThat(holds(to.view(), 0x44, 4096)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_transfer_between_a_command_and_its_reply_is_served(boolean twin) {
        server.capabilities = server.capabilities.withTwinSocket(twin, 0);
        VfioUserDevice device = connect();
        DmaSource.Segment from = anonymous(1);
        from.memory().fill((byte) 7);
        map(device, from, FROM);
        server.script = (client, command) -> {
            if (!reads(command, SPECIAL)) {
                return false;
            }
            // The command's message is overwritten by the reply if there is one socket.
            int id = command.id();
            try (Arena arena = Arena.ofConfined();
                    Message kept = new Message(64)) {
                RegionAccess.beginRead(kept, id, TestServer.MEMORY_BAR, SPECIAL, 4);
                MemorySegment word = arena.allocate(8, 8);
                int errno = client.dmaMessage(false, FROM, word);
                RegionAccess.beginReadReply(client.out, kept, 4);
                RegionAccess.setRegister(
                        client.out, 4, errno == 0 ? word.get(java.lang.foreign.ValueLayout.JAVA_INT, 0) : errno);
                client.send(java.util.List.of());
            }
            return true;
        };
        for (int i = 0; i < 100; i++) {
            assertThat(device.readRegister(TestServer.MEMORY_BAR, SPECIAL, 4)).isEqualTo(0x0707_0707L);
        }
    }

    @Test
    void a_transfer_while_nobody_calls_is_served_on_the_main_socket() throws Exception {
        server.capabilities = server.capabilities.withTwinSocket(false, -1);
        VfioUserDevice device = connect();
        DmaSource.Segment memory = anonymous(1);
        map(device, memory, FROM);
        CompletableFuture<Integer> result = new CompletableFuture<>();
        server.script = (client, command) -> {
            if (!reads(command, SPECIAL)) {
                return false;
            }
            client.answer(Command.REGION_READ);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment bytes = arena.allocate(512, 8);
                bytes.fill((byte) 9);
                result.complete(client.dmaMessage(true, FROM, bytes));
            }
            return true;
        };
        device.readRegister(TestServer.MEMORY_BAR, SPECIAL, 4);
        assertThat(result.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(holds(memory.memory(), 9, 512)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_server_reaches_what_is_mapped_as_it_is_mapped_and_nothing_else(boolean twin) {
        server.capabilities = server.capabilities.withTwinSocket(twin, 0);
        VfioUserDevice device = connect();
        DmaSource.Segment memory = anonymous(1);
        DmaMapping readable = closing(device.addressSpace()
                .map(memory, MapRequest.defaults().withIova(FROM).withAccess(Access.READ)));
        assertThat(asked(device, Command.DMA_READ, FROM, 16)).isZero();
        assertThat(asked(device, Command.DMA_WRITE, FROM, 16)).isEqualTo(Errno.EPERM);
        assertThat(asked(device, Command.DMA_READ, FROM + 4090, 16)).isEqualTo(Errno.EFAULT);
        assertThat(asked(device, Command.DMA_READ, FROM - 1, 1)).isEqualTo(Errno.EFAULT);
        assertThat(asked(device, Command.DMA_READ, -8, 16)).isEqualTo(Errno.EFAULT);
        assertThat(asked(device, Command.DMA_READ, FROM, (128 << 10) + 1)).isEqualTo(Errno.E2BIG);
        assertThat(asked(device, Command.DMA_READ, FROM, 0)).isEqualTo(Errno.EINVAL);
        assertThat(asked(device, Command.REGION_READ, FROM, 16)).isEqualTo(Errno.ENOSYS);
        readable.close();
        assertThat(asked(device, Command.DMA_READ, FROM, 16)).isEqualTo(Errno.EFAULT);
    }

    @Test
    void a_detached_device_has_no_memory_and_a_moved_one_that_of_its_new_space() {
        VfioUserAddressSpace first = closing(VfioUserAddressSpace.create());
        VfioUserDevice device = closing(VfioUserDevice.connect(socket(), VfioUserLimits.defaults(), first));
        map(device, memory(1), FROM);
        Reattachable attachment = device.ability(Reattachable.class).orElseThrow();
        attachment.detach();
        assertThat(server.client().ranges).isEmpty();
        assertThat(asked(device, Command.DMA_READ, FROM, 16)).isEqualTo(Errno.EFAULT);
        closing(first.map(memory(1), MapRequest.defaults().withIova(TO)));
        attachment.attach(first);
        assertThat(server.client().ranges).containsOnlyKeys(FROM, TO);
        assertThatThrownBy(() -> attachment.replace(closing(VfioUserAddressSpace.create())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_map_goes_to_all_devices_and_is_taken_back_when_one_refuses() {
        VfioUserAddressSpace space = closing(VfioUserAddressSpace.create());
        closing(VfioUserDevice.connect(socket(), VfioUserLimits.defaults(), space));
        try (TestServer second = new TestServer(folder.resolve("second.sock"))) {
            second.capabilities = second.capabilities.withMaxDmaMaps(2);
            try (VfioUserDevice other =
                    VfioUserDevice.connect(folder.resolve("second.sock"), VfioUserLimits.defaults(), space)) {
                assertThat(other.addressSpace().limits().remainingMaps()).hasValue(2);
                DmaMapping kept =
                        closing(space.map(memory(1), MapRequest.defaults().withIova(FROM)));
                second.script = (client, command) -> {
                    boolean refused = Command.of(command.commandId()) == Command.DMA_MAP
                            && DmaMapRequest.read(command).address() == TO;
                    if (refused) {
                        client.fail(Errno.EEXIST);
                    }
                    return refused;
                };
                assertThatThrownBy(
                                () -> space.map(memory(1), MapRequest.defaults().withIova(TO)))
                        .isInstanceOfSatisfying(VfioException.class, e -> {
                            assertThat(e.name()).isEqualTo("EEXIST");
                            assertThat(e.hint()).contains("overlaps");
                        });
                Collection<Long> everywhere = server.client().ranges.keySet();
                assertThat(everywhere).containsExactly(FROM);
                assertThat(second.client().ranges).containsOnlyKeys(FROM);
                closing(space.map(memory(1), MapRequest.defaults().withIova(FROM * 4)));
                assertThatThrownBy(() -> space.map(memory(1), MapRequest.defaults()))
                        .isInstanceOfSatisfying(
                                VfioException.class, e -> assertThat(e.name()).isEqualTo("ENOSPC"));
                kept.close();
                assertThat(second.client().ranges).containsOnlyKeys(FROM * 4);
            }
        }
    }

    @Test
    void a_device_that_cannot_take_the_maps_of_a_space_does_not_join() {
        VfioUserAddressSpace space = closing(VfioUserAddressSpace.create());
        closing(space.map(memory(1), MapRequest.defaults().withIova(FROM)));
        server.script = (client, command) -> {
            boolean refused = Command.of(command.commandId()) == Command.DMA_MAP;
            if (refused) {
                client.fail(Errno.EINVAL);
            }
            return refused;
        };
        assertThatThrownBy(() -> VfioUserDevice.connect(socket(), VfioUserLimits.defaults(), space))
                .isInstanceOf(VfioException.class);
        server.script = (client, command) -> false;
        closing(VfioUserDevice.connect(socket(), VfioUserLimits.defaults(), space));
        assertThat(server.client().ranges).containsOnlyKeys(FROM);
    }

    @Test
    void closing_a_device_takes_its_maps_away() {
        VfioUserDevice device = connect();
        map(device, memory(1), FROM);
        device.close();
        assertThat(server.client().count(Command.DMA_UNMAP)).isEqualTo(1);
    }

    /** What the client answers when the server sends a command; 0 or the errno. */
    private int asked(VfioUserDevice device, Command what, long address, int count) {
        server.script = (client, command) -> {
            if (!reads(command, SPECIAL)) {
                return false;
            }
            int id = command.id();
            client.out.beginCommand(77, what, DmaAccess.SIZE + (what == Command.DMA_WRITE ? count : 0));
            client.out.set64(0, address);
            client.out.set64(8, count);
            Message reply = client.exchange(77);
            int errno = reply.isError() ? reply.errno() : 0;
            try (Message kept = new Message(64)) {
                RegionAccess.beginRead(kept, id, TestServer.MEMORY_BAR, SPECIAL, 4);
                RegionAccess.beginReadReply(client.out, kept, 4);
                RegionAccess.setRegister(client.out, 4, errno);
                client.send(java.util.List.of());
            }
            return true;
        };
        return (int) device.readRegister(TestServer.MEMORY_BAR, SPECIAL, 4);
    }

    private static boolean reads(Message command, long offset) {
        return Command.of(command.commandId()) == Command.REGION_READ
                && RegionAccess.region(command) == TestServer.MEMORY_BAR
                && RegionAccess.offset(command) == offset;
    }
}
