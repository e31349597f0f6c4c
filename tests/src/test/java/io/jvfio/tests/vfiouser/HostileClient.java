// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.tests.vfiouser.HostileCommands.Expect;
import io.jvfio.tests.vfiouser.HostileCommands.Hostile;
import io.jvfio.tests.vfiouser.HostileCommands.Kind;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaAccess;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.Version;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends what {@link HostileCommands} makes, and holds the server to its side of the protocol: an answer to each command
 * that wants one, in order, whole, with a real errno if it is an error. The server's own commands are answered well, badly
 * or not at all.
 *
 * <p>Threads: one sends; another of its own reads.
 */
final class HostileClient implements AutoCloseable {
    private static final int LIMIT = 2 << 20;

    /** So many answers may be due before the next command is sent. */
    private static final int WINDOW = 32;

    private final SystemCalls sys = SystemCalls.linux();
    private final UnixSocket socket;
    private final MessageChannel channel;
    private final Map<Kind, AutoCloseable> files = new EnumMap<>(Kind.class);
    private final List<UnixSocket> pair = UnixSocket.pair(sys);
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(16 << 10);
    private final Random answers;
    private final Thread reader;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** What is to be answered. Guarded by the lock, as are the next two. */
    private final Deque<Hostile> due = new ArrayDeque<>();

    private boolean ended;
    private Throwable wrong;

    /** Sending by two threads. */
    private final ReentrantLock sending = new ReentrantLock();

    HostileClient(Path path, long seed) {
        this.answers = new Random(seed);
        this.socket = UnixSocket.connect(sys, path.toString(), Duration.ofSeconds(5));
        this.channel = new MessageChannel(socket, 16);
        files.put(Kind.SEALED, MemFd.of(sys, "sealed", HostileCommands.FILE_SIZE));
        files.put(Kind.EVENTFD, fullCounter());
        files.put(Kind.SOCKET, pair.getFirst());
        files.put(Kind.DEVICE, Descriptor.open(sys, "/dev/null", Abi.O_RDWR));
        Descriptor unsealed = Descriptor.of(sys, sys.memfdCreate("unsealed", Abi.MFD_CLOEXEC), "memfd_create", "file");
        sys.ftruncate(unsealed.acquire(), HostileCommands.FILE_SIZE);
        unsealed.release();
        files.put(Kind.UNSEALED, unsealed);
        agree();
        this.reader = Thread.ofPlatform().daemon().name("hostile-reader").start(this::read);
    }

    /** A counter that takes no more, so that a device that insists on signalling it fails. */
    private EventFd fullCounter() {
        EventFd events = EventFd.open(sys);
        events.signal(Long.MAX_VALUE);
        events.signal(Long.MAX_VALUE);
        return events;
    }

    private void agree() {
        try (Message out = new Message(4096);
                Message in = new Message(4096)) {
            new Version(0, 1, Capabilities.absent().withMaxFds(16).withWriteMultiple(true)).write(out, 0);
            channel.send(out, List.of());
            assertThat(channel.receive(in, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
            assertThat(in.isError()).isFalse();
        }
    }

    /** Sends a command, perhaps in pieces; false if the connection has ended, as it may. */
    boolean send(Hostile hostile, Random random) throws InterruptedException {
        lock.lock();
        try {
            while (due.size() >= WINDOW && !ended) {
                changed.await();
            }
            check();
            if (ended) {
                return false;
            }
            if (hostile.expect() == Expect.ANSWER) {
                due.addLast(hostile);
            }
        } finally {
            lock.unlock();
        }
        try {
            sendBytes(hostile, random);
        } catch (VfioException gone) {
            return false;
        }
        return hostile.expect() != Expect.END;
    }

    private void sendBytes(Hostile hostile, Random random) {
        List<Fd> fds = new ArrayList<>();
        hostile.descriptors().forEach(kind -> fds.add(fd(kind)));
        int length = (int) hostile.bytes().byteSize();
        MemorySegment.copy(hostile.bytes(), 0, buffer, 0, length);
        int first = random.nextInt(20) == 0 ? 1 + random.nextInt(length) : length;
        sending.lock();
        try {
            socket.send(buffer.asSlice(0, first), fds);
            if (first < length) {
                // What comes with a later piece counts too.
                socket.send(buffer.asSlice(first, length - first), random.nextBoolean() ? fds : List.of());
            }
        } finally {
            sending.unlock();
        }
    }

    /** Sends a part of a message, and no more. */
    void sendPart(Hostile hostile, int length) {
        MemorySegment.copy(hostile.bytes(), 0, buffer, 0, length);
        sending.lock();
        try {
            socket.send(buffer.asSlice(0, length), List.of());
        } catch (VfioException gone) {
            // The server has ended it for what was sent before.
        } finally {
            sending.unlock();
        }
    }

    private Fd fd(Kind kind) {
        return switch (files.get(kind)) {
            case MemFd file -> file.fd();
            case EventFd event -> event.fd();
            case UnixSocket end -> end.fd();
            case Descriptor descriptor -> descriptor;
            default -> throw new IllegalStateException();
        };
    }

    private void read() {
        try (Message in = new Message(LIMIT);
                Message out = new Message(LIMIT)) {
            while (channel.receive(in, Message.HEADER) == MessageChannel.Outcome.MESSAGE) {
                if (in.isReply()) {
                    take(in);
                } else {
                    answer(in, out);
                }
                in.closeFds();
            }
        } catch (VfioException gone) {
            // The connection has ended, which the sender judges.
        } catch (RuntimeException | AssertionError e) {
            end(e);
        } finally {
            end(null);
        }
    }

    /** The reading has ended, because the server was wrong or for a reason that the sender judges. */
    private void end(Throwable failure) {
        lock.lock();
        try {
            wrong = wrong == null ? failure : wrong;
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void take(Message reply) {
        lock.lock();
        try {
            Hostile expected = due.pollFirst();
            if (expected != null) {
                assertThat(reply.id()).as("the order of answers").isEqualTo(expected.id());
                assertThat(reply.commandId()).isEqualTo(expected.command());
                assertThat(!reply.isError() || reply.payloadSize() == 0).isTrue();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A command of the server about memory that this client has mapped without a file. */
    private void answer(Message command, Message out) {
        int choice = answers.nextInt(20);
        long count = DmaAccess.count(command);
        assertThat(count).isBetween(1L, (long) MessageChannel.MOST_DATA);
        if (choice == 0) {
            return;
        }
        if (choice == 1) {
            out.fail(command, 14);
        } else if (command.commandId() == Command.DMA_READ.id()) {
            DmaAccess.beginReadReply(out, command);
        } else {
            DmaAccess.writeReply(out, command);
        }
        if (choice == 2) {
            out.resize(Math.max(0, out.payloadSize() - 1 - answers.nextInt(8)));
        }
        sending.lock();
        try {
            channel.send(out, List.of());
        } finally {
            sending.unlock();
        }
    }

    /** Waits until everything is answered, or the connection has ended. */
    void settle() throws InterruptedException {
        lock.lock();
        try {
            while (!due.isEmpty() && !ended) {
                changed.await();
            }
            check();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the server has ended the connection. */
    void awaitEnd() throws InterruptedException {
        reader.join();
        lock.lock();
        try {
            check();
        } finally {
            lock.unlock();
        }
    }

    private void check() {
        if (wrong != null) {
            throw new AssertionError("the server broke the protocol", wrong);
        }
    }

    @Override
    public void close() {
        channel.shutdown();
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                interrupted = true; // it ends at once, now that the socket is shut down
            }
        }
        channel.close();
        Closing steps = new Closing();
        for (Kind kind : files.keySet()) {
            steps.attempt(() -> closeFile(kind));
        }
        steps.attempt(pair.get(1)::close);
        steps.attempt(arena::close);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        steps.throwFirst();
    }

    private void closeFile(Kind kind) {
        switch (files.get(kind)) {
            case MemFd file -> file.close();
            case EventFd event -> event.close();
            case UnixSocket end -> end.close();
            case Descriptor descriptor -> descriptor.close();
            default -> throw new IllegalStateException();
        }
    }
}
