// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.internal.sys.SharedWord;
import io.jvfio.vfiouser.VfioUserLimits.Posting;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import io.jvfio.vfiouser.protocol.RegionIoFds.Entry;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Registers that a server takes by a signal: which of them are written so, and what a server can make of that. */
@Timeout(60)
final class PostedRegionTest extends ClientTest {
    private static final int BAR = TestServer.MEMORY_BAR;
    private static final long MEMORY_SIZE = 4096;

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger messages = new AtomicInteger();
    private final List<Fd> fds = new ArrayList<>();
    private List<Entry> entries = List.of();
    private EventFd signal;
    private Mapping memory;

    @BeforeEach
    void offer() {
        signal = eventfd();
        MemFd file = closing(MemFd.of(SYS, "registers", MEMORY_SIZE));
        memory = closing(file.map(0, MEMORY_SIZE));
        fds.addAll(List.of(file.fd(), signal.fd()));
        server.capabilities = server.capabilities.withAddedRegions(true).withPostedRegions(List.of(BAR));
        server.script = (client, command) -> {
            if (command.commandId() == Command.DEVICE_GET_REGION_IO_FDS.id()) {
                asked.incrementAndGet();
                if (RegionIoFds.requestedIndex(command) != BAR) {
                    return false;
                }
                new RegionIoFds(BAR, entries.size(), entries)
                        .writeReply(client.out, command, RegionIoFds.readRequest(command));
                client.send(fds);
                return true;
            }
            if (command.commandId() == Command.REGION_WRITE.id() && RegionAccess.region(command) == BAR) {
                messages.incrementAndGet();
            }
            return false;
        };
    }

    private static Entry shadow(long offset, long size, long at) {
        return new Entry(offset, size, 1, RegionIoFds.SHADOW_IOEVENTFD, 0, 0, at, 0);
    }

    @Test
    void a_posted_register_is_written_by_a_store_and_a_signal_and_no_message() {
        entries = List.of(shadow(0x100, 4, 64), shadow(0x108, 8, 128), shadow(0x10a0, 2, 192));
        VfioUserDevice device = connect();
        device.writeRegister(BAR, 0x100, 4, 0xffff_ffff_1234_5678L);
        assertThat(SharedWord.get(memory.memory(), 64, 8)).isEqualTo(0x1234_5678);
        assertThat(signal.drain()).isEqualTo(1);
        device.writeRegister(BAR, 0x108, 8, -2);
        device.writeRegister(BAR, 0x10a0, 2, 0x8001);
        assertThat(SharedWord.get(memory.memory(), 128, 8)).isEqualTo(-2);
        assertThat(SharedWord.get(memory.memory(), 192, 8)).isEqualTo(0x8001);
        assertThat(signal.drain()).isEqualTo(2);
        assertThat(messages).hasValue(0);
    }

    @Test
    void other_registers_and_other_widths_are_written_by_messages() {
        entries = List.of(shadow(0x100, 4, 64));
        VfioUserDevice device = connect();
        device.writeRegister(BAR, 0x104, 4, 1);
        device.writeRegister(BAR, 0xfc, 4, 2);
        device.writeRegister(BAR, 0x100, 8, 3);
        device.writeRegister(BAR, 0x100, 2, 4);
        device.writeRegister(BAR, 0x102, 2, 5);
        assertThat(messages).hasValue(5);
        assertThat(signal.drain()).isZero();
    }

    @Test
    void registers_of_any_width_and_several_under_one_signal_are_posted_too() {
        entries = List.of(shadow(0x200, 0, 0x10), shadow(0x300, 0x18, 0x108));
        VfioUserDevice device = connect();
        for (int width : new int[] {1, 2, 4, 8}) {
            device.writeRegister(BAR, 0x200, width, -1);
            assertThat(SharedWord.get(memory.memory(), 0x10, width)).isEqualTo(-1L >>> 64 - 8 * width);
        }
        device.writeRegister(BAR, 0x300, 8, 11);
        device.writeRegister(BAR, 0x314, 4, 12);
        assertThat(SharedWord.get(memory.memory(), 0x108, 8)).isEqualTo(11);
        assertThat(SharedWord.get(memory.memory(), 0x11c, 4)).isEqualTo(12);
        assertThat(signal.drain()).isEqualTo(6);
        assertThat(messages).hasValue(0);
        device.writeRegister(BAR, 0x318, 4, 13);
        device.writeRegister(BAR, 0x204, 4, 14);
        assertThat(messages).hasValue(2);
    }

    @Test
    void a_register_of_which_no_value_counts_needs_no_memory() {
        fds.removeFirst();
        entries = List.of(new Entry(0x100, 4, 0, RegionIoFds.IOEVENTFD, 0, -1, 0, 0));
        VfioUserDevice device = connect();
        device.writeRegister(BAR, 0x100, 4, 7);
        assertThat(signal.drain()).isEqualTo(1);
        assertThat(messages).hasValue(0);
    }

    static Stream<Entry> nonsense() {
        return Stream.of(
                new Entry(0x100, 4, 2, RegionIoFds.SHADOW_IOEVENTFD, 0, 0, 0, 0),
                new Entry(0x100, 4, -1, RegionIoFds.SHADOW_IOEVENTFD, 0, 0, 0, 0),
                new Entry(0x100, 4, 1, RegionIoFds.SHADOW_IOEVENTFD, 0, 2, 0, 0),
                new Entry(0x100, 4, 1, RegionIoFds.SHADOW_IOEVENTFD, 0, -1, 0, 0),
                new Entry(0x100, 4, 1, RegionIoFds.SHADOW_IOEVENTFD, 0, 1, 0, 0), // an eventfd for memory
                new Entry(0x100, 4, 0, RegionIoFds.SHADOW_IOEVENTFD, 0, 0, 0, 0), // memory for an eventfd
                new Entry(0x100, 4, 1, RegionIoFds.SHADOW_IOEVENTFD, 1, 0, 0, 7), // a match
                new Entry(0x100, 4, 1, RegionIoFds.IOREGIONFD, 0, 0, 0, 0),
                new Entry(0x100, 4, 1, 17, 0, 0, 0, 0),
                shadow(0x100, 4, 2),
                shadow(0x100, 0, 4),
                shadow(0x100, 4, -4),
                shadow(0x100, 4, MEMORY_SIZE),
                shadow(0x100, 4, Long.MAX_VALUE - 3),
                shadow(0x100, Long.MAX_VALUE, 0),
                shadow(0x100, -4, 0),
                shadow(-4, 4, 0),
                shadow(0x100, 3, 0),
                shadow(TestServer.MEMORY_BAR_SIZE, 4, 0));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void what_makes_no_sense_is_left_alone(Entry entry) {
        entries = List.of(entry);
        VfioUserDevice device = connect();
        device.writeRegister(BAR, 0x100, 4, 7);
        assertThat(device.readRegister(BAR, 0x100, 4)).isEqualTo(7);
        assertThat(messages).hasValue(1);
        assertThat(signal.drain()).isZero();
    }

    @Test
    void of_registers_that_overlap_the_first_is_posted() {
        entries = List.of(shadow(0x104, 4, 8), shadow(0x100, 8, 0));
        VfioUserDevice device = connect();
        device.writeRegister(BAR, 0x100, 8, 7);
        device.writeRegister(BAR, 0x104, 4, 7);
        assertThat(signal.drain()).isEqualTo(1);
        assertThat(messages).hasValue(1);
    }

    @Test
    void memory_that_its_owner_can_take_away_is_used_for_who_is_trusted_alone() {
        Descriptor open = closing(Descriptor.of(SYS, SYS.memfdCreate("open", Abi.MFD_CLOEXEC), "memfd", "open"));
        assertThat(SYS.ftruncate(open.acquire(), MEMORY_SIZE)).isZero();
        open.release();
        fds.set(0, open);
        entries = List.of(shadow(0x100, 4, 0));
        connect().writeRegister(BAR, 0x100, 4, 7);
        assertThat(messages).hasValue(1);
        assertThat(signal.drain()).isZero();
        server.drop();
        connect(VfioUserLimits.defaults().withTrustServer(true)).writeRegister(BAR, 0x100, 4, 7);
        assertThat(messages).hasValue(1);
        assertThat(signal.drain()).isEqualTo(1);
    }

    @Test
    void nothing_is_kept_of_descriptors_that_no_register_needs() {
        fds.addAll(Collections.nCopies(14, signal.fd()));
        long before = ProcSelf.openDescriptors();
        connect();
        long without = ProcSelf.openDescriptors() - before;
        server.drop();
        entries = List.of(shadow(0x100, 4, 0), shadow(0x104, 4, 8));
        before = ProcSelf.openDescriptors();
        connect();
        assertThat(ProcSelf.openDescriptors() - before).isLessThanOrEqualTo(without + 1);
    }

    @ParameterizedTest
    @EnumSource(Posting.class)
    void who_is_asked_is_the_choice_of_the_limits(Posting posting) {
        entries = List.of(shadow(0x100, 4, 0));
        connect(VfioUserLimits.defaults().withPosting(posting)).writeRegister(BAR, 0x100, 4, 7);
        assertThat(messages).hasValue(posting == Posting.NEVER ? 1 : 0);
        assertThat(asked.get())
                .isEqualTo(
                        switch (posting) {
                            case NEVER -> 0;
                            case ORDERED -> 1;
                            case ALWAYS -> 4; // config space and three BARs, of which one has such registers
                        });
    }

    @ParameterizedTest
    @EnumSource(Posting.class)
    void a_server_that_says_nothing_of_order_is_asked_only_if_that_is_the_choice(Posting posting) {
        server.capabilities = server.capabilities.withAddedRegions(false).withPostedRegions(List.of());
        entries = List.of(shadow(0x100, 4, 0));
        connect(VfioUserLimits.defaults().withPosting(posting)).writeRegister(BAR, 0x100, 4, 7);
        assertThat(messages).hasValue(posting == Posting.ALWAYS ? 0 : 1);
    }

    @Test
    void a_posted_write_to_a_device_that_is_lost_or_closed_says_so() throws Exception {
        entries = List.of(shadow(0x100, 4, 0));
        VfioUserDevice device = connect();
        server.drop();
        server.awaitGone();
        assertThatThrownBy(() -> device.readRegister(BAR, 0, 4)).isInstanceOf(DeviceGoneException.class);
        assertThatThrownBy(() -> device.writeRegister(BAR, 0x100, 4, 7)).isInstanceOf(DeviceGoneException.class);
        device.reconnect();
        device.writeRegister(BAR, 0x100, 4, 9);
        assertThat(SharedWord.get(memory.memory(), 0, 4)).isEqualTo(9);
        assertThat(messages).hasValue(0);
        device.close();
        assertThatThrownBy(() -> device.writeRegister(BAR, 0x100, 4, 7)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_server_that_has_its_eventfd_block_costs_a_moment_and_its_connection() {
        Descriptor blocking = closing(Descriptor.of(SYS, SYS.eventfd(0, 0), "eventfd", "blocking"));
        try (Arena arena = Arena.ofConfined()) {
            assertThat(SYS.write(blocking.acquire(), arena.allocateFrom(ValueLayout.JAVA_LONG, -2), 8))
                    .isEqualTo(8);
        } finally {
            blocking.release();
        }
        fds.set(1, blocking);
        entries = List.of(shadow(0x100, 4, 0));
        VfioUserDevice device = connect();
        long start = System.nanoTime();
        device.writeRegister(BAR, 0x100, 4, 7);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThatThrownBy(() -> {
                    while (true) {
                        device.readRegister(BAR, 0x100, 4);
                    }
                })
                .isInstanceOf(DeviceGoneException.class);
    }
}
