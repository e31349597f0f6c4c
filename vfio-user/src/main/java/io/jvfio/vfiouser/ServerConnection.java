// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Durations;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.internal.sys.FileStatus;
import io.jvfio.internal.sys.PeerBudget;
import io.jvfio.internal.sys.Poller;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaSource;
import io.jvfio.vfiouser.protocol.Busy;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.ProtocolException;
import io.jvfio.vfiouser.protocol.Version;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server, from the agreement on a version to its end. One command is under way at a time: servers take
 * them in order anyway. The thread that has sent it reads the socket itself until the reply is there, and serves the
 * server's DMA in between; nobody is woken for it.
 *
 * <p>A connection that broke, or whose peer took too long or broke the protocol, is lost for good: every further call
 * throws {@link DeviceGoneException}.
 *
 * <p>Threads: thread-safe. A call of a register's size allocates nothing.
 */
final class ServerConnection implements AutoCloseable {
    /** No descriptor goes along. */
    static final List<Fd> NO_FDS = List.of();

    /** How long a server may leave its queue full. */
    private static final Duration CONNECT = Duration.ofSeconds(1);

    private final SystemCalls sys;
    private final String name;
    private final VfioUserLimits limits;
    private final MessageChannel channel;
    private final DmaResponder dma;
    private final PeerBudget.Share share;

    /** How many files of regions are kept. Guarded by the lock. */
    private int kept;

    /** Held from the sending of a command to the end of its reply. Guards the messages and the receiving. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Message out;
    private final Message in;

    /** For replies to the server's commands. */
    private final Message answer;

    /** How many commands were sent; lets the listener see whether anybody is calling. Written under the lock. */
    private final AtomicLong exchanges = new AtomicLong();

    private final ConnectionState state;

    private Capabilities server = Capabilities.absent();
    private @Nullable MessageChannel twin;
    private @Nullable Listener listener;
    private int lastId;

    private ServerConnection(SystemCalls sys, UnixSocket socket, String name, VfioUserLimits limits, DmaResponder dma) {
        this.sys = sys;
        this.name = name;
        this.state = new ConnectionState(name);
        this.limits = limits;
        this.channel = new MessageChannel(socket, limits.maxFds());
        this.dma = dma;
        this.share = PeerBudget.ofProcess().share(sys);
        this.out = new Message(limits.maxPayload());
        this.in = new Message(limits.maxPayload());
        this.answer = new Message(limits.maxPayload());
    }

    /**
     * Connects and agrees on a version.
     *
     * @param maps what the server may reach by messages, asked for at each transfer
     * @throws VfioException if nobody listens, or the server does not keep to the protocol; nothing is left open
     */
    static ServerConnection open(
            SystemCalls sys, String path, VfioUserLimits limits, Supplier<@Nullable DmaMappings> maps) {
        UnixSocket socket = UnixSocket.connect(sys, path, shorter(limits.timeout(), CONNECT));
        ServerConnection connection;
        try {
            connection = new ServerConnection(sys, socket, path, limits, new DmaResponder(maps, mostData(limits)));
        } catch (RuntimeException | Error e) {
            Closing.after(e, socket);
            throw e;
        }
        try {
            connection.start();
            return connection;
        } catch (RuntimeException | Error e) {
            Closing.after(e, connection);
            throw e;
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void start() {
        channel.limitWaits(limits.timeout().toMillis());
        Version offer = new Version(Version.MAJOR, Version.MINOR, offered());
        begin(Command.VERSION);
        try {
            offer.write(out, nextId());
            exchange(NO_FDS, Message.HEADER);
            if (in.isError()) {
                throw Busy.is(in) ? Busy.refusal(in, name) : failure(Command.VERSION, in.errno(), name);
            }
            server = offer.accept(Version.read(in), in.fdCount());
            if (server.twinSocket()) {
                twin = new MessageChannel(UnixSocket.received(sys, in.takeFd(server.twinFd())), 0);
                twin.limitWaits(limits.timeout().toMillis());
            }
        } catch (DeviceGoneException e) {
            throw reasonOf(e);
        } finally {
            end();
        }
        listener = Listener.start(this, twin);
    }

    /** What we take: of data no more than may be sent at once, because replies to the server carry as much. */
    private Capabilities offered() {
        return Capabilities.absent()
                .withMaxFds(limits.maxFds())
                .withMaxTransfer(mostData(limits))
                .withMaxDmaMaps(limits.maxDmaMaps())
                .withTwinSocket(true, -1)
                .withAddedRegions(true);
    }

    private static int mostData(VfioUserLimits limits) {
        return Math.min(limits.maxTransfer(), MessageChannel.MOST_DATA);
    }

    /**
     * Somebody depends on the connection from now on.
     *
     * @param action run when it is lost, at once if it is; on the thread that finds it, and it must not call the
     *     connection
     */
    void onLoss(Runnable action) {
        state.onLoss(action);
    }

    /** What the server takes. */
    Capabilities server() {
        return server;
    }

    /** The most data of one command in bytes. */
    int mostData() {
        return (int) Math.min(server.maxTransfer(), mostData(limits));
    }

    /** The most descriptors with one command. */
    int mostFds() {
        return Math.min(server.maxFds(), 253);
    }

    VfioUserLimits limits() {
        return limits;
    }

    /** Whether the server gets a file: with most it can do no more than write to it. */
    boolean shares(DmaSource.File memory) {
        return memory.cannotFault()
                || limits.trustServer()
                || FileStatus.of(sys, memory.fd()).cannotFault();
    }

    /** Whether so many files more of the server's may be kept until this is closed. */
    boolean keepFiles(int count) {
        lock.lock();
        try {
            int before = kept;
            while (kept < before + count && share.take(PeerBudget.Kind.DESCRIPTOR)) {
                kept++;
            }
            boolean all = kept == before + count;
            giveBack(all ? kept : before);
            return all;
        } finally {
            lock.unlock();
        }
    }

    private void giveBack(int down) {
        for (; kept > down; kept--) {
            share.give(PeerBudget.Kind.DESCRIPTOR);
        }
    }

    /** The path of the socket. */
    String name() {
        return name;
    }

    /**
     * Starts a command: waits for others to end. Always followed by {@link #end}.
     *
     * @return the message to fill
     * @throws IllegalStateException if the connection is closed
     * @throws DeviceGoneException if it is lost
     */
    Message begin(Command command) {
        lock.lock();
        if (!state.isAlive()) {
            lock.unlock();
            throw state.ended(command);
        }
        return out;
    }

    /** The message to fill. Between {@link #begin} and {@link #end}. */
    Message out() {
        return out;
    }

    /** Ends a command; the reply must not be looked at any more. */
    void end() {
        try {
            in.closeFds();
            if (channel.hasRest() && isAlive()) {
                serveReadAhead();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The id of the next command. Between {@link #begin} and {@link #end}. */
    int nextId() {
        lastId = lastId + 1 & 0xffff;
        return lastId;
    }

    /**
     * Sends the command and waits for its reply. Between {@link #begin} and {@link #end}.
     *
     * @param fds go along; borrowed
     * @param expected how long the reply is usually, header included: it is read at once then
     * @return the reply, which may be an error
     * @throws DeviceGoneException if the connection is lost by this
     */
    Message exchange(List<? extends Fd> fds, int expected) {
        exchanges.lazySet(exchanges.getPlain() + 1);
        int id = out.id();
        int command = out.commandId();
        long deadline = 0;
        try {
            channel.send(out, fds);
            while (true) {
                switch (channel.receive(in, expected)) {
                    case CLOSED -> throw closedByPeer();
                    case TIMEOUT -> throw late();
                    case MESSAGE -> {
                        if (in.isCommand()) {
                            serve();
                        } else if (in.isReply() && in.id() == id && in.commandId() == command) {
                            in.checkFds();
                            return in;
                        } else {
                            throw strange();
                        }
                    }
                }
                if (deadline == 0) {
                    deadline = System.nanoTime() + limits.timeout().toNanos() | 1;
                } else if (System.nanoTime() - deadline > 0) {
                    throw late();
                }
            }
        } catch (VfioException e) {
            lose(e);
            throw state.ended(Command.of(command));
        } catch (Error e) {
            lose(defect(e));
            throw e;
        }
    }

    /**
     * Runs a control command.
     *
     * @param request makes the command in {@code message} with an id
     * @param fds go along; borrowed
     * @param reader reads the reply, which it must not keep
     * @param subject what the command is about, for errors
     * @throws VfioException with the server's errno if it refuses
     */
    <T extends @Nullable Object> T call(
            Command command, Request request, List<? extends Fd> fds, Function<Message, T> reader, String subject) {
        begin(command);
        try {
            request.write(out, nextId());
            Message reply = exchange(fds, Message.HEADER);
            if (reply.isError()) {
                throw failure(command, reply.errno(), subject);
            }
            return reader.apply(reply);
        } finally {
            end();
        }
    }

    /** Makes a command. */
    @FunctionalInterface
    interface Request {
        /** Begins the message and fills it. */
        void write(Message message, int id);
    }

    /** The exception for a server's errno: ENODEV means that the device behind it is gone. */
    static VfioException failure(Command command, int errno, String subject) {
        return errno == Errno.ENODEV
                ? new DeviceGoneException(command.call(), subject)
                : VfioException.of(command.call(), errno, subject);
    }

    /**
     * For what needs no command.
     *
     * @throws IllegalStateException if the connection is closed
     * @throws DeviceGoneException if it is lost
     */
    void checkAlive(Command command) {
        if (!isAlive()) {
            throw ended(command);
        }
    }

    /** Whether the command under way, if there is one, ends within this time. */
    boolean becomesFree(Duration patience) {
        try {
            if (lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                lock.unlock();
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** Why opening failed: that a device is gone says too little of one that was never there. */
    RuntimeException reasonOf(RuntimeException failure) {
        VfioException reason = state.loss();
        return reason != null && failure instanceof DeviceGoneException ? reason : failure;
    }

    /** Whether the connection can be used. */
    boolean isAlive() {
        return state.isAlive();
    }

    /** Whether somebody waits for the lock. */
    boolean isWanted() {
        return lock.hasQueuedThreads();
    }

    /** Takes the lock if nobody has it, for the listener. */
    boolean tryLock() {
        return lock.tryLock();
    }

    /** Takes the lock, for the listener. */
    void lock() {
        lock.lock();
    }

    /** Gives the lock back, for the listener. */
    void unlock() {
        lock.unlock();
    }

    /** How many commands were sent. */
    long exchanges() {
        return exchanges.get();
    }

    /** A poller for both sockets, owned by the caller. */
    Poller poller() {
        return new Poller(sys, 2);
    }

    /** The main socket. */
    MessageChannel channel() {
        return channel;
    }

    /** Serves the server's command that has come, with the lock. */
    private void serve() {
        dma.serve(in, answer);
        if (!in.wantsNoReply()) {
            channel.send(answer, NO_FDS);
        }
    }

    /** Takes the message that the socket has for sure, and serves it; with the lock. */
    void serveNext() {
        try {
            switch (channel.receive(in, Message.HEADER)) {
                case CLOSED -> throw closedByPeer();
                case TIMEOUT -> throw late();
                case MESSAGE -> {
                    if (!in.isCommand()) {
                        throw strange();
                    }
                    serve();
                }
            }
        } catch (VfioException e) {
            lose(e);
        }
    }

    private void serveReadAhead() {
        while (isAlive() && channel.hasMessage(in)) {
            serveNext();
        }
    }

    /** Serves the command that the twin socket has for sure; on the listener's thread, without the lock. */
    void serveTwin(MessageChannel socket, Message command, Message reply) {
        try {
            switch (socket.receive(command, Message.HEADER)) {
                case CLOSED -> throw closedByPeer();
                case TIMEOUT -> throw late();
                case MESSAGE -> {
                    if (!command.isCommand()) {
                        throw strange();
                    }
                    dma.serve(command, reply);
                    if (!command.wantsNoReply()) {
                        socket.send(reply, NO_FDS);
                    }
                }
            }
        } catch (VfioException e) {
            lose(e);
        }
    }

    /** Whether the server has ever sent a command: then it will again. */
    boolean servesDma() {
        return dma.served() != 0;
    }

    private VfioException closedByPeer() {
        return new VfioException("recvmsg", Errno.ECONNRESET, name, "the server has ended, or has dropped this client");
    }

    /** There was no memory for what the server sent, or there is an error in this program. */
    VfioException defect(Throwable reason) {
        VfioException loss = new VfioException("vfio-user", Errno.EIO, name, String.valueOf(reason));
        loss.initCause(reason);
        return loss;
    }

    private VfioException late() {
        return new VfioException(
                "recvmsg",
                Errno.ETIMEDOUT,
                name,
                "the server gave no answer within " + Durations.text(limits.timeout()));
    }

    private ProtocolException strange() {
        return new ProtocolException(
                Errno.EPROTO,
                in.name(),
                "a message with id " + in.id() + " and flags " + Hex.of(in.flags()) + " that nobody asked for, from "
                        + name);
    }

    /** The connection is of no use any more: everybody who waits for it learns that. */
    void lose(VfioException reason) {
        state.lose(reason, channel::shutdown);
    }

    /** Ends the connection, and leaves it to the listener to find that out: for threads that must not wait. */
    void cut() {
        wake(channel);
    }

    /** What a call throws that finds the connection closed or lost. */
    RuntimeException ended(Command command) {
        return state.ended(command);
    }

    /** Closes a connection that is lost and whose place another has taken. */
    void closeReplaced() {
        state.replace();
        close();
    }

    /** Wakes who waits for a reply, ends the listener and closes the sockets. Idempotent. */
    @Override
    public void close() {
        state.close();
        Closing steps = new Closing();
        steps.attempt(() -> wake(channel));
        MessageChannel other = twin;
        if (other != null) {
            steps.attempt(() -> wake(other));
        }
        Listener thread = listener;
        if (thread != null) {
            steps.attempt(thread::close);
        }
        lock.lock();
        try {
            steps.attempt(channel::close);
            if (other != null) {
                steps.attempt(other::close);
            }
            steps.attempt(out::close);
            steps.attempt(in::close);
            steps.attempt(answer::close);
            giveBack(0);
        } finally {
            lock.unlock();
        }
        steps.throwFirst();
    }

    private static void wake(MessageChannel socket) {
        if (socket.fd().isOpen()) {
            socket.shutdown();
        }
    }
}
