// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.ProtocolException;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One client, from its first message to its last. The thread in {@link #serve} reads; it does what ends at once itself, in
 * order, and leaves the rest to the {@link CommandLane}. It waits for nothing but the socket, so that answers to this
 * side's own messages get through whatever a command waits for.
 *
 * <p>Threads: {@link #serve} and {@link #takeBack} on one; {@link #shutdown} on any.
 */
final class Client implements AutoCloseable {
    /** What a message may have beside its data: headers, lists of vectors, bitmaps. */
    private static final int SLACK = 64 << 10;

    /**
     * How much one call reads, so that it brings most commands whole, also one of many writes, and several that want no
     * answer: what a message's buffer has from the start.
     */
    private static final int AHEAD = 4096;

    private final SystemCalls sys;
    private final ServedDevice served;
    private final ServerOptions options;
    private final MessageChannel channel;
    private final Outgoing outgoing;
    private final Message incoming;
    private final Message reply;
    private final Message inLane;
    private final Message laneReply;

    /** Opened by {@link #accept}. */
    private @Nullable MessageChannel twin;

    private @Nullable DmaMessages dma;
    private final String name;
    private final ThinLog log;

    private volatile @Nullable Session session;

    /** Why this side has ended the connection, or null. */
    private volatile @Nullable String fault;

    /** Whether the client has gone. */
    private volatile boolean over;

    /** Whether the device has not ended a command in time, so that what that uses cannot be closed. */
    private boolean abandoned;

    /** What there is once the client has been accepted. */
    private record Session(
            Commands commands,
            ClientMemory memory,
            DmaMessages dma,
            CommandLane lane,
            PostedWrites posted,
            @Nullable TwinReader twin) {}

    Client(SystemCalls sys, ServedDevice served, ServerOptions options, UnixSocket socket, String name, ThinLog log) {
        this.sys = sys;
        this.served = served;
        this.options = options;
        this.channel = new MessageChannel(socket, options.limits().fds());
        this.outgoing = new Outgoing(channel);
        int most = options.limits().dataSize() + SLACK;
        this.incoming = new Message(most);
        this.reply = new Message(most);
        this.inLane = new Message(most);
        this.laneReply = new Message(most);
        this.name = name;
        this.log = log;
    }

    /**
     * Agrees with the client. Blocks until its first message, within the limit.
     *
     * @throws VfioException if the client is refused
     */
    void accept() {
        channel.limitWaits(Math.max(1, options.limits().silence().toMillis()));
        if (channel.receive(incoming, AHEAD) != MessageChannel.Outcome.MESSAGE) {
            throw new ProtocolException(Errno.ETIMEDOUT, "VFIO_USER_VERSION", "no first message came");
        }
        Handshake agreed = Handshake.with(
                sys, incoming, reply, channel, Handshake.capabilities(options.limits(), served.device()));
        MessageChannel second = agreed.twin();
        twin = second;
        if (second != null) {
            // A client that does not read it fails the transfer, which ends the connection.
            second.limitSends(Math.max(1, options.limits().dma().toMillis()));
        }
        Thread reader = Thread.currentThread();
        CommandLane lane =
                new CommandLane(name + "-commands", options.limits(), inLane, this::runInLane, channel::shutdown, log);
        DmaMessages messages = new DmaMessages(
                second == null ? outgoing : new Outgoing(second),
                agreed.client().maxTransfer(),
                options.limits().dma(),
                thread -> thread == reader || lane.isThread(thread));
        dma = messages;
        ClientMemory memory = new ClientMemory(sys, served.device().addressSpace(), messages, options);
        int mostFds = Math.min(agreed.client().maxFds(), options.limits().fds());
        PostedWrites posted = new PostedWrites(sys, served.device(), memory.share(), mostFds, log);
        Commands commands = new Commands(served, memory, agreed.agreed(), options, posted);
        TwinReader reading = second == null ? null : TwinReader.start(name + "-twin", second, messages, this::shutdown);
        session = new Session(commands, memory, messages, lane, posted, reading);
    }

    /**
     * Serves the client until it goes, or {@link #shutdown}.
     *
     * @return why it ended, in one line for people
     */
    String serve() {
        String end;
        try {
            end = serve(Objects.requireNonNull(session));
        } finally {
            over = true;
        }
        String ours = fault;
        return ours == null ? end : ours;
    }

    private String serve(Session now) {
        try {
            while (true) {
                now.posted.await(channel.hasRest());
                switch (channel.receive(incoming, AHEAD)) {
                    case MESSAGE -> {
                        if (!take(now)) {
                            return "it closed the connection, or did not read";
                        }
                    }
                    case CLOSED -> {
                        return "it closed the connection";
                    }
                    case TIMEOUT -> {
                        if (channel.hasPart()) {
                            return "the rest of a message did not come in "
                                    + options.limits().silence();
                        }
                    }
                }
            }
        } catch (ProtocolException e) {
            if (now.lane.drain()) { // answers keep their order to the end
                refuseUnreadable(e);
            }
            return String.valueOf(e.getMessage());
        } catch (VfioException e) {
            return switch (e.errno()) {
                case Errno.EPIPE, Errno.ECONNRESET -> "it closed the connection";
                case Errno.EAGAIN -> "it did not read in " + options.limits().silence();
                default -> String.valueOf(e.getMessage());
            };
        }
    }

    /** A size that is not allowed: the stream cannot be followed any more, but the sender is told. */
    private void refuseUnreadable(ProtocolException e) {
        if (incoming.isCommand() && !incoming.wantsNoReply()) {
            reply.fail(incoming, e.errno());
            try {
                outgoing.send(reply, List.of());
            } catch (VfioException gone) {
                Closing.suppress(e, gone);
            }
        }
    }

    private boolean take(Session now) {
        if (incoming.isReply()) {
            now.dma.deliver(incoming);
            return true;
        }
        if (!incoming.isCommand()) {
            throw incoming.invalid("a message of type " + (incoming.flags() & 0xf));
        }
        if (incoming.commandId() == Command.DEVICE_GET_REGION_IO_FDS.id()) {
            now.posted.begin(channel.fd(), RegionIoFds.requestedIndexOrNone(incoming));
        }
        if (!now.lane.idle() || now.commands.isSlow(incoming)) {
            return now.lane.submit(incoming.detach());
        }
        List<Fd> fds = now.commands.run(incoming, reply);
        if (!incoming.wantsNoReply()) {
            outgoing.send(reply, fds);
        }
        incoming.closeFds();
        return true;
    }

    /** Does a command, unless its time was over before it began; what wants no answer is done however late. */
    private void runInLane(Message command, boolean late) {
        Session now = Objects.requireNonNull(session);
        List<Fd> fds = List.of();
        if (late && !command.wantsNoReply()) {
            laneReply.fail(command, Errno.ETIMEDOUT);
        } else {
            fds = now.commands.run(command, laneReply);
        }
        command.closeFds();
        if (!command.wantsNoReply()) {
            outgoing.send(laneReply, fds);
        }
    }

    /** Whether the client has gone, and the device is being taken back from it. */
    boolean isOver() {
        return over;
    }

    /** Ends the connection for what the client has done; {@link #serve} returns the reason. Does not wait. */
    void end(String reason) {
        fault = reason;
        channel.shutdown();
    }

    /** Ends the connection: {@link #serve} returns. */
    void shutdown() {
        channel.shutdown();
        Session now = session;
        if (now != null) {
            now.lane.close();
        }
    }

    /**
     * Ends what the client still has under way and takes the device back from it. Blocks until the device has ended the
     * command at hand, bounded.
     *
     * @return why the device is not as after open, a line each; empty if it is
     */
    List<String> takeBack() {
        Session now = session;
        channel.shutdown();
        if (now == null) {
            return List.of();
        }
        now.dma.fail("the client has gone");
        now.lane.close();
        boolean ended = awaitLane(now.lane);
        Closing steps = new Closing();
        steps.attempt(now.posted::close);
        List<String> left = ended ? takeBack(now) : abandon(now);
        if (now.twin != null) {
            steps.attempt(now.twin::close);
        }
        steps.throwFirst();
        return left;
    }

    /**
     * The next client cannot have the device before the last command of this one has ended.
     *
     * @return whether it has, in the time that it may take
     */
    private boolean awaitLane(CommandLane lane) {
        long deadline = System.nanoTime() + options.limits().command().toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return lane.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
                } catch (InterruptedException e) {
                    interrupted = true; // the wait is bounded, and the interruption is kept
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private List<String> takeBack(Session now) {
        try {
            return served.takeBack(now.memory, now.commands.lowPower());
        } finally {
            now.commands.release();
        }
    }

    /** The device is left as it is; what the command uses is given back when it ends, should it end. */
    private List<String> abandon(Session now) {
        abandoned = true;
        now.memory.abandon();
        Thread.ofVirtual().name(name + "-abandoned").start(() -> {
            if (awaitLane(now.lane)) {
                inLane.close();
                laneReply.close();
            }
        });
        return List.of("it did not end a command of a client that has gone within "
                + options.limits().command());
    }

    /** Frees the buffers and closes the socket. Idempotent. */
    @Override
    public void close() {
        Closing steps = new Closing();
        steps.attempt(channel::close);
        steps.attempt(incoming::close);
        steps.attempt(reply::close);
        if (!abandoned) {
            steps.attempt(inLane::close);
            steps.attempt(laneReply::close);
        }
        if (twin != null) {
            steps.attempt(twin::close);
        }
        if (dma != null) {
            steps.attempt(dma::close);
        }
        steps.throwFirst();
    }
}
