// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.device.PostedRegisters.Register;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.FileStatus;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SharedWord;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import io.jvfio.vfiouser.protocol.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Registers that clients write by a store and a signal: what they are told, in what order it is done, and what it costs. */
final class ServerPostedWritesTest extends ServerTest {
    private static final int BAR = 0;
    private static final Register FIRST = new Register(0x204, 4);
    private static final Register SECOND = new Register(0x208, 8);
    private static final Register BYTE = new Register(0x211, 1);
    private static final Register WORD = new Register(0x212, 2);
    private static final int LONG_ENTRY = 48;

    /** What a client has of a region's registers. */
    private final class Posting {
        private final RegionIoFds told;
        private final List<SharedEventFd> signals = new ArrayList<>();
        private final Mapping memory;

        Posting(RegionIoFds told, List<Descriptor> fds) {
            this.told = told;
            FileStatus status = FileStatus.of(sys, fds.getFirst());
            assertThat(status.cannotFault()).isTrue();
            memory = closing(Mapping.ofFile(sys, fds.getFirst(), 0, status.size(), Abi.PROT_READ | Abi.PROT_WRITE));
            for (Descriptor fd : fds.subList(1, fds.size())) {
                signals.add(closing(SharedEventFd.duplicate(sys, fd, () -> {})));
            }
        }

        void store(int entry, long value) {
            RegionIoFds.Entry to = told.entries().get(entry);
            SharedWord.set(memory.memory(), to.shadowOffset(), (int) to.size(), value);
        }

        void signal(int entry) {
            assertThat(signals.get(told.entries().get(entry).fdIndex() - 1).signal())
                    .isTrue();
        }

        void write(int entry, long value) {
            store(entry, value);
            signal(entry);
        }
    }

    private void offer(Register... registers) {
        device.posted = region -> region == BAR ? List.of(registers) : List.of();
    }

    private Message ask(RawClient client, int argsz) {
        RegionIoFds.writeRequest(client.out, client.nextId(), BAR, argsz);
        return client.exchange(List.of());
    }

    private Posting posting(RawClient client) {
        Message reply = ask(client, 4096);
        RegionIoFds told = RegionIoFds.readReply(reply, BAR);
        List<Descriptor> fds = new ArrayList<>();
        while (reply.fdCount() > 0) {
            fds.add(reply.takeFd(0));
        }
        try {
            assertThat(fds).hasSize(told.count() + 1);
            return new Posting(told, fds);
        } finally {
            fds.forEach(Descriptor::close);
        }
    }

    @Test
    void each_register_is_told_with_an_eventfd_of_its_own_in_memory_that_all_share() {
        offer(FIRST, SECOND, BYTE, WORD);
        RawClient client = client();
        Message reply = ask(client, 4096);
        assertThat(reply.payloadSize()).isEqualTo(16 + 4 * LONG_ENTRY);
        RegionIoFds told = RegionIoFds.readReply(reply, BAR);
        assertThat(told.entries()).extracting(RegionIoFds.Entry::type).containsOnly(RegionIoFds.SHADOW_IOEVENTFD);
        assertThat(told.entries()).extracting(RegionIoFds.Entry::flags).containsOnly(0);
        assertThat(told.entries())
                .extracting(RegionIoFds.Entry::offset)
                .containsExactly(0x204L, 0x208L, 0x211L, 0x212L);
        assertThat(told.entries()).extracting(RegionIoFds.Entry::size).containsExactly(4L, 8L, 1L, 2L);
        assertThat(told.entries()).extracting(RegionIoFds.Entry::fdIndex).containsExactly(1, 2, 3, 4);
        assertThat(told.entries()).extracting(RegionIoFds.Entry::shadowFdIndex).containsOnly(0);
        assertThat(told.entries()).extracting(RegionIoFds.Entry::shadowOffset).doesNotHaveDuplicates();
        assertThat(reply.fdCount()).isEqualTo(5);
    }

    @Test
    void what_is_written_arrives_in_its_width_though_no_command_comes() {
        offer(FIRST, SECOND, BYTE, WORD);
        Posting posting = posting(client());
        List<Register> registers = List.of(FIRST, SECOND, BYTE, WORD);
        for (int i = 0; i < registers.size(); i++) {
            Register register = registers.get(i);
            long value = 0x8182_8384_8586_8788L >>> 8 * (8 - register.width());
            posting.write(i, value);
            awaitTrue(() -> device.readRegister(BAR, register.offset(), register.width()) == value);
        }
        assertThat(device.calls()).containsExactly("write4 0:204", "write8 0:208", "write1 0:211", "write2 0:212");
    }

    @Test
    void a_command_finds_what_was_written_before_it() {
        offer(FIRST, SECOND);
        RawClient client = client();
        Posting posting = posting(client);
        for (int i = 1; i <= 3_000; i++) {
            posting.write(i & 1, i);
            Register register = (i & 1) == 0 ? FIRST : SECOND;
            assertThat(client.read(BAR, register.offset(), register.width())).isEqualTo(i);
        }
    }

    @Test
    void each_of_several_commands_that_come_together_finds_what_was_written_before_it() {
        offer(FIRST);
        RawClient client = client();
        Posting posting = posting(client);
        for (int i = 1; i <= 1_000; i++) {
            // A read whose answer nobody has taken yet, a posted write, and another read.
            RegionAccess.beginRead(client.out, client.nextId(), BAR, FIRST.offset(), 4);
            client.channel.send(client.out, List.of());
            posting.write(0, i);
            RegionAccess.beginRead(client.out, client.nextId(), BAR, FIRST.offset(), 4);
            client.channel.send(client.out, List.of());
            assertThat(RegionAccess.register(client.receive(), 4)).isBetween(i - 1L, (long) i);
            assertThat(RegionAccess.register(client.receive(), 4)).isEqualTo(i);
        }
    }

    /** Sends a reset that goes on until it is let go. */
    private CountDownLatch beginReset(RawClient client) {
        CountDownLatch release = new CountDownLatch(1);
        device.onReset = () -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        client.out.beginCommand(client.nextId(), Command.DEVICE_RESET, 0);
        client.channel.send(client.out, List.of());
        return release;
    }

    @Test
    void a_command_that_takes_its_time_holds_up_no_posted_write() {
        offer(FIRST);
        RawClient client = client();
        Posting posting = posting(client);
        CountDownLatch release = beginReset(client);
        posting.write(0, 0x77);
        awaitTrue(() -> device.readRegister(BAR, FIRST.offset(), 4) == 0x77);
        release.countDown();
        assertThat(client.reply().isError()).isFalse();
    }

    @Test
    void a_question_behind_a_command_that_takes_its_time_is_answered_as_any_other() {
        offer(FIRST);
        RawClient client = client();
        CountDownLatch release = beginReset(client);
        RegionIoFds.writeRequest(client.out, client.nextId(), BAR, 4096);
        client.channel.send(client.out, List.of());
        release.countDown();
        assertThat(client.receive().isError()).isFalse();
        Message reply = client.receive();
        RegionIoFds told = RegionIoFds.readReply(reply, BAR);
        List<Descriptor> fds = List.of(reply.takeFd(0), reply.takeFd(0));
        Posting posting = new Posting(told, fds);
        fds.forEach(Descriptor::close);
        posting.write(0, 0x42);
        awaitTrue(() -> device.readRegister(BAR, FIRST.offset(), 4) == 0x42);
    }

    @Test
    void who_asks_again_gets_the_same() {
        offer(FIRST);
        RawClient client = client();
        Posting one = posting(client);
        for (int i = 0; i < 200; i++) {
            Posting other = posting(client);
            other.store(0, i);
            one.signal(0);
            assertThat(client.read(BAR, FIRST.offset(), 4)).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "2, 1", "3, 2", "4, 3", "16, 15", "253, 15"})
    void a_client_is_told_of_no_more_registers_than_it_takes_descriptors(int takes, int told) {
        Register[] many = IntStream.range(0, 100)
                .mapToObj(i -> new Register(0x400 + 4L * i, 4))
                .toArray(Register[]::new);
        offer(many);
        RawClient client = closing(RawClient.open(path, Capabilities.absent().withMaxFds(takes)));
        Message reply = ask(client, 4096);
        assertThat(RegionIoFds.readReply(reply, BAR).count()).isEqualTo(told);
        assertThat(reply.fdCount()).isEqualTo(told == 0 ? 0 : told + 1);
    }

    @Test
    void who_has_no_room_for_the_answer_learns_how_much_it_needs() {
        offer(FIRST, SECOND);
        RawClient client = client();
        Message reply = ask(client, 16 + 2 * LONG_ENTRY - 1);
        assertThat(reply.payloadSize()).isEqualTo(16);
        assertThat(reply.u32(0)).isEqualTo(16 + 2 * LONG_ENTRY);
        assertThat(reply.u32(12)).isEqualTo(2);
        assertThat(reply.fdCount()).isZero();
        posting(client).write(0, 3);
        assertThat(client.read(BAR, FIRST.offset(), 4)).isEqualTo(3);
    }

    @Test
    void what_may_wait_is_not_posted() {
        offer(FIRST);
        device.slow = region -> region == BAR;
        assertThat(RegionIoFds.readReply(ask(client(), 4096), BAR).count()).isZero();
    }

    @Test
    void a_client_of_jvfio_is_told_at_first_where_to_ask() {
        offer(FIRST);
        serveAgain(options());
        RawClient own = closing(RawClient.open(path, Capabilities.absent().withAddedRegions(true)));
        assertThat(Version.read(own.in).capabilitiesOrAbsent().postedRegions()).containsExactly(BAR);
        own.close();
        RawClient other = client();
        assertThat(Version.read(other.in).capabilitiesOrAbsent().postedRegions())
                .isEmpty();
    }

    @Test
    void a_write_that_the_device_refuses_harms_nobody() {
        offer(new Register(ServedFixture.REGISTERS, 4), FIRST);
        RawClient client = client();
        Posting posting = posting(client);
        for (int i = 0; i < 100; i++) {
            posting.write(0, i);
            posting.write(1, i);
            assertThat(client.read(BAR, FIRST.offset(), 4)).isEqualTo(i);
        }
    }

    @Test
    void a_client_that_stores_and_signals_without_end_is_answered_all_the_same() throws Exception {
        offer(FIRST, SECOND);
        RawClient client = client();
        Posting posting = posting(client);
        AtomicBoolean over = new AtomicBoolean();
        Thread flood = Thread.ofPlatform().start(() -> {
            for (long i = 0; !over.get(); i++) {
                posting.memory.memory().fill((byte) i);
                posting.signal((int) (i & 1));
            }
        });
        try {
            for (int i = 0; i < 200; i++) {
                long start = System.nanoTime();
                client.write(BAR, 0x300, 4, i);
                assertThat(client.read(BAR, 0x300, 4)).isEqualTo(i);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
                if (device.calls.size() > 100_000) {
                    device.calls.clear();
                }
            }
        } finally {
            over.set(true);
            flood.join();
        }
        client.close();
        await("lost");
        assertThat(client().read(BAR, 0, 4)).isZero();
    }

    @Test
    void what_a_client_keeps_reaches_nothing_when_it_has_gone() throws Exception {
        offer(FIRST);
        RawClient client = client();
        Posting kept = posting(client);
        kept.write(0, 1);
        assertThat(client.read(BAR, FIRST.offset(), 4)).isEqualTo(1);
        client.close();
        await("lost");
        RawClient next = client();
        Posting own = posting(next);
        own.write(0, 2);
        for (int i = 0; i < 100; i++) {
            kept.write(0, 3);
            assertThat(next.read(BAR, FIRST.offset(), 4)).isEqualTo(2);
        }
        own.signal(0);
        assertThat(next.read(BAR, FIRST.offset(), 4)).isEqualTo(2);
    }
}
