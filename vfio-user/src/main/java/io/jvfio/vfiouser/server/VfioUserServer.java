// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves a device to vfio-user clients at a UNIX socket: one client at a time, the next when that has gone. Any device
 * will do: a model, a kernel device, a device with a variant on top. Clients map their memory into the device's address
 * space, where they find nothing that another has left: between two clients the device loses bus mastering, interrupts,
 * mappings and what it gave out of its regions, and is reset.
 *
 * <p>A device that cannot be had back so is not handed on, nor is one that is gone: its reset failed, it does not let go of
 * memory, a client was trusted with its file. A server that was given a way to open it does so anew; any other closes its
 * socket, tells its listener why, and says so in {@link #failure}.
 *
 * <p>Clients are not trusted. What they say is checked and limited ({@link ServerLimits}), their memory is mapped only if
 * they cannot take it away again, and a client that stops in the middle of a message, or does not read, holds up nobody
 * but itself, and that only for a while.
 *
 * <p>A server has a thread of its own, which waits for no client, as has each of its clients; servers do not disturb each
 * other. Who connects while there is a client waits for a moment, and is then told that the server is busy.
 *
 * <p>Threads: thread-safe.
 */
public final class VfioUserServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** The first descriptor that a service manager passes ({@code sd_listen_fds(3)}). */
    private static final int FIRST_PASSED = 3;

    private static final Duration END = Duration.ofSeconds(15);

    /** How often a device that nobody uses is looked at. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final SystemCalls sys;
    private final ThinLog log = new ThinLog();
    private final DeviceSupply supply;
    private final ServerOptions options;
    private final ServerListener listener;
    private final ListeningSocket socket;
    private final Thread thread;

    /** Used by the server's thread. */
    private final WaitingRoom waiting;

    private final ReentrantLock lock = new ReentrantLock();

    /** Held while a listener is told of something. */
    private final ReentrantLock telling = new ReentrantLock();

    /** Guarded by the lock. */
    private @Nullable Client current;

    /** Who has the device, or null; set by the server's thread, and cleared by the client's as its last act. */
    private volatile @Nullable Holder holder;

    /** The thread of the client of now, or of the last. Used by the server's thread. */
    private @Nullable Thread serving;

    private volatile boolean closed;
    private volatile @Nullable String failure;

    /** A client that is served. */
    private record Holder(ServerListener.Client client, Client connection) {}

    private VfioUserServer(
            SystemCalls sys,
            DeviceSupply supply,
            ListeningSocket socket,
            ServerOptions options,
            ServerListener listener,
            String name) {
        this.sys = sys;
        this.supply = supply;
        supply.endClientBy(this::endHolder);
        this.options = options;
        this.listener = listener;
        this.socket = socket;
        this.waiting = new WaitingRoom(sys);
        this.thread = Thread.ofPlatform().daemon().name("jvfio-serve-" + name).unstarted(this::loop);
    }

    /**
     * Serves a device at a socket that only the user of this process can connect to (mode 0600). A socket that a server
     * left behind when it died is replaced; nothing else is.
     *
     * @param device borrowed: close the server before it
     * @param path where, at most 107 bytes as an absolute path; the folder must exist
     * @param options how far clients are trusted
     * @param listener is told of clients
     * @return the server, owned by the caller
     * @throws VfioException with EADDRINUSE if somebody listens there, or it is no socket; with ENAMETOOLONG for a longer
     *     path; or if the folder cannot be written
     */
    public static VfioUserServer listen(VfioDevice device, Path path, ServerOptions options, ServerListener listener) {
        return listen(DeviceSupply.of(device, options.trustClient()), path, options, listener);
    }

    /**
     * Opens a device and serves it, as {@link #listen(VfioDevice, Path, ServerOptions, ServerListener)} does, and opens it
     * anew when it cannot be handed on.
     *
     * @param source opens the device; called here, and on the server's thread after the device before was closed. What it
     *     opens is the server's
     * @throws RuntimeException what the source throws
     */
    public static VfioUserServer listen(
            Supplier<? extends VfioDevice> source, Path path, ServerOptions options, ServerListener listener) {
        return listen(DeviceSupply.from(source, options.trustClient()), path, options, listener);
    }

    private static VfioUserServer listen(
            DeviceSupply supply, Path path, ServerOptions options, ServerListener listener) {
        try {
            Objects.requireNonNull(listener, "listener");
            SystemCalls sys = SystemCalls.linux();
            String name = String.valueOf(path.getFileName());
            return started(new VfioUserServer(sys, supply, ListeningSocket.open(sys, path), options, listener, name));
        } catch (RuntimeException e) {
            throw Closing.after(e, supply);
        }
    }

    /**
     * Serves a device at a socket that a service manager has made, and which outlives this process.
     *
     * @param device borrowed: close the server before it
     * @param listening borrowed; {@link #passedSocket} says which number a manager has passed
     * @param options how far clients are trusted
     * @param listener is told of clients
     * @return the server, owned by the caller
     */
    public static VfioUserServer activated(
            VfioDevice device, Fd listening, ServerOptions options, ServerListener listener) {
        return activated(DeviceSupply.of(device, options.trustClient()), listening, options, listener);
    }

    /**
     * Opens a device and serves it, as {@link #activated(VfioDevice, Fd, ServerOptions, ServerListener)} does, and opens it
     * anew when it cannot be handed on.
     *
     * @param source opens the device; called here, and on the server's thread after the device before was closed. What it
     *     opens is the server's
     * @throws RuntimeException what the source throws
     */
    public static VfioUserServer activated(
            Supplier<? extends VfioDevice> source, Fd listening, ServerOptions options, ServerListener listener) {
        return activated(DeviceSupply.from(source, options.trustClient()), listening, options, listener);
    }

    private static VfioUserServer activated(
            DeviceSupply supply, Fd listening, ServerOptions options, ServerListener listener) {
        try {
            Objects.requireNonNull(listener, "listener");
            SystemCalls sys = SystemCalls.linux();
            ListeningSocket socket = adopted(sys, Descriptor.duplicate(sys, listening));
            return started(new VfioUserServer(sys, supply, socket, options, listener, "activated"));
        } catch (RuntimeException e) {
            throw Closing.after(e, supply);
        }
    }

    private static ListeningSocket adopted(SystemCalls sys, Descriptor own) {
        try {
            return ListeningSocket.adopt(sys, own);
        } catch (RuntimeException e) {
            throw Closing.after(e, own);
        }
    }

    /**
     * The number of the listening socket that a service manager has passed to this process ({@code sd_listen_fds(3)}):
     * {@code LISTEN_PID} must name this process and {@code LISTEN_FDS} be 1.
     *
     * @param environment that of the process
     * @param pid the process's own id
     * @throws IllegalArgumentException if it has passed several
     */
    public static OptionalInt passedSocket(Map<String, String> environment, long pid) {
        String count = environment.get("LISTEN_FDS");
        if (count == null || !Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
            return OptionalInt.empty();
        }
        if (!count.equals("1")) {
            throw new IllegalArgumentException("LISTEN_FDS=" + count + ": a server has one socket");
        }
        return OptionalInt.of(FIRST_PASSED);
    }

    private static VfioUserServer started(VfioUserServer server) {
        server.thread.start();
        return server;
    }

    /** Takes connections in, and waits for none of them: what a client does holds up this thread at no time. */
    private void loop() {
        try {
            while (!closed && supply.failure() == null) {
                takeIn();
            }
        } finally {
            end();
        }
    }

    /** Whatever goes wrong with a client, memory that it has used up too, ends that client and not this thread. */
    private void takeIn() {
        try {
            UnixSocket next = socket.accept(waiting.isEmpty() ? LOOK.toNanos() : WaitingRoom.LOOK_NANOS);
            if (next != null) {
                receive(next);
            }
            seat();
        } catch (RuntimeException | Error e) {
            log.warn("no client could be served", e);
            socket.pause();
        }
    }

    private void receive(UnixSocket peer) {
        ServerListener.Client client;
        try {
            client = client(peer);
        } catch (RuntimeException | Error e) {
            Closing.after(e, peer);
            throw e;
        }
        Integer uid = options.requiredUid();
        if (uid != null && uid != client.uid()) {
            peer.close();
            tellRefused(client, "only uid " + uid + " is served");
        } else {
            waiting.add(peer, client, this::tellRefused);
        }
    }

    /** Serves the next, or tells those who have waited that there is one already. */
    private void seat() {
        Holder now = holder;
        if (now != null) {
            waiting.refuse(now.client, now.connection.isOver(), this::tellRefused);
            return;
        }
        supply.look();
        if (!renewed()) {
            return;
        }
        WaitingRoom.Guest guest = waiting.next();
        if (guest != null) {
            seat(guest);
        }
    }

    private void seat(WaitingRoom.Guest guest) {
        try {
            Holder next = new Holder(
                    guest.who(), new Client(sys, supply.served(), options, guest.socket(), thread.getName(), log));
            Thread its = Thread.ofPlatform()
                    .daemon()
                    .name(thread.getName() + "-client")
                    .unstarted(() -> serve(next));
            holder = next;
            its.start();
            serving = its;
        } catch (RuntimeException | Error e) {
            holder = null;
            Closing.after(e, guest.socket());
            throw e;
        }
    }

    /** Whether there is a device to hand on, after it has been opened anew if it must be. */
    private boolean renewed() {
        String fault = supply.fault();
        if (fault == null) {
            return true;
        }
        if (!supply.renew(() -> closed)) {
            return false;
        }
        tell(to -> to.deviceRenewed(fault));
        return true;
    }

    private void end() {
        lock.lock();
        try {
            socket.close();
        } finally {
            lock.unlock();
        }
        waiting.close();
        Thread last = serving;
        if (last != null) {
            join(last);
        }
        Closing steps = new Closing();
        steps.attempt(socket::release);
        steps.attempt(supply::close);
        String reason = supply.failure();
        if (reason != null && !closed) {
            failure = reason;
            tell(to -> to.serverEnded(reason));
        }
        steps.throwFirst();
    }

    /** Waits for the last client's thread; nobody interrupts the server's own, which has nothing else to do. */
    private static void join(Thread last) {
        while (last.isAlive()) {
            try {
                last.join();
            } catch (InterruptedException e) {
                LOG.log(System.Logger.Level.DEBUG, "the end of {0} is waited for all the same", last.getName());
            }
        }
    }

    /** Why the server has ended by itself; empty while it serves, and after {@link #close}. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private void tellRefused(ServerListener.Client client, String reason) {
        tell(to -> to.clientRefused(client, reason));
    }

    /** On the client's thread. */
    private void serve(Holder now) {
        try {
            String reason = hold(now);
            if (reason != null) {
                String why = closed ? "the server was closed" : reason;
                tell(to -> to.clientLost(now.client, why));
            }
        } catch (RuntimeException | Error e) {
            log.warn("a client could not be served", e);
        } finally {
            holder = null;
            socket.wake();
        }
    }

    private @Nullable String hold(Holder now) {
        try (Client connection = now.connection) {
            try {
                return begin(connection) ? serve(connection, now.client) : null;
            } finally {
                begin(null);
            }
        }
    }

    /** The client of now holds up the device. */
    private void endHolder() {
        lock.lock();
        try {
            if (current != null) {
                current.end("it held up the device by an eventfd");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes {@link #close} end this one; false if it has been called already. */
    private boolean begin(@Nullable Client connection) {
        lock.lock();
        try {
            current = connection;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Why the client has gone, once the device has been taken back from it; null if it was refused. */
    private @Nullable String serve(Client connection, ServerListener.Client client) {
        try {
            connection.accept();
        } catch (VfioException e) {
            tell(to -> to.clientRefused(client, String.valueOf(e.getMessage())));
            return null;
        }
        tell(to -> to.clientArrived(client));
        try {
            return connection.serve();
        } catch (RuntimeException | Error e) {
            log.warn("a defect has ended the connection with a client", e);
            return "of a defect of the server";
        } finally {
            takeBack(connection, client);
        }
    }

    /** What it leaves in the device decides whether the next client gets it. */
    private void takeBack(Client connection, ServerListener.Client client) {
        try {
            supply.left(connection.takeBack());
        } catch (RuntimeException | Error e) {
            log.warn("the device could not be taken back from a client", e);
            supply.left(List.of("it could not be taken back from " + client + ": " + e.getMessage()));
        }
    }

    private static ServerListener.Client client(UnixSocket peer) {
        var credentials = peer.peer();
        return new ServerListener.Client(credentials.pid(), credentials.uid(), credentials.gid());
    }

    private void tell(Consumer<ServerListener> event) {
        telling.lock();
        try {
            event.accept(listener);
        } catch (RuntimeException | Error e) {
            log.warn("a listener failed", e);
        } finally {
            telling.unlock();
        }
    }

    /**
     * Ends the connection with the client there is, takes the device back from it, closes the device if the server opened
     * it, and removes the socket. Waits for the command at hand, bounded; called by a listener it does not wait, and the
     * server ends when the listener returns. Idempotent.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (current != null) {
                current.shutdown();
            }
            socket.close();
        } finally {
            lock.unlock();
        }
        // A listener may call this; the server's thread gives everything back when the listener has returned.
        if (telling.isHeldByCurrentThread()) {
            return;
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + END.toNanos();
        while (true) {
            try {
                if (!thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                    LOG.log(System.Logger.Level.WARNING, "{0} does not end: the device is stuck", thread.getName());
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@code server of DEVICE}, and whether a client has it. */
    @Override
    public String toString() {
        return thread.getName() + (holder == null ? ", nobody has the device" : ", a client has the device");
    }
}
