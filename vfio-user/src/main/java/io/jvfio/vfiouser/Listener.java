// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Poller;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a connection that hears what no caller waits for: the server's DMA, and the connection's end. With a twin
 * socket DMA comes there, and of the main socket only the end is watched.
 *
 * <p>Without one it listens to the main socket while nobody calls. A reply would wake it too, in vain and at the caller's
 * expense; so once it finds callers at work it rests as long as they go on, until the server has shown by a first
 * command that it does send them. It looks ever less often whether they do.
 *
 * <p>Threads: its own; {@link #close} on any other.
 */
final class Listener implements AutoCloseable {
    private static final long SHORTEST_REST_NANOS = Duration.ofMillis(2).toNanos();
    private static final long LONGEST_REST_NANOS = Duration.ofMillis(32).toNanos();
    private static final long FOREVER = -1;
    private static final int END = Abi.POLLHUP | Abi.POLLERR | Abi.POLLNVAL;

    /** How long {@link #close} waits for the thread, which has been woken. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ServerConnection connection;
    private final @Nullable MessageChannel twin;
    private final Poller poller;
    private final Thread thread;

    private Listener(ServerConnection connection, @Nullable MessageChannel twin) {
        this.connection = connection;
        this.twin = twin;
        this.poller = connection.poller();
        this.thread = Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name("jvfio-user " + connection.name())
                .unstarted(this::run);
    }

    /**
     * Starts to listen.
     *
     * @param twin the socket for the server's commands, or null
     */
    static Listener start(ServerConnection connection, @Nullable MessageChannel twin) {
        Listener listener = new Listener(connection, twin);
        listener.thread.start();
        return listener;
    }

    private void run() {
        try (poller) {
            if (twin != null) {
                listenToTwin(twin);
            } else {
                listenToMain();
            }
        } catch (VfioException e) {
            connection.lose(e);
        } catch (RuntimeException | Error e) {
            connection.lose(connection.defect(e));
        }
    }

    private void listenToTwin(MessageChannel socket) {
        try (Message command = new Message(connection.limits().maxPayload());
                Message reply = new Message(connection.limits().maxPayload())) {
            poller.set(0, connection.channel().fd(), 0);
            poller.set(1, socket.fd(), Abi.POLLIN);
            while (connection.isAlive()) {
                poller.await(FOREVER);
                if (poller.ready(1) != 0) {
                    connection.serveTwin(socket, command, reply);
                }
                if ((poller.ready(0) & END) != 0) {
                    finish();
                }
            }
        }
    }

    private void listenToMain() {
        boolean resting = false;
        long rest = SHORTEST_REST_NANOS;
        long seen = 0;
        while (connection.isAlive()) {
            rest = resting ? Math.min(2 * rest, LONGEST_REST_NANOS) : SHORTEST_REST_NANOS;
            poller.set(0, connection.channel().fd(), resting ? 0 : Abi.POLLIN);
            poller.await(resting ? rest : FOREVER);
            if ((poller.ready(0) & END) != 0) {
                finish();
            } else if (resting) {
                long now = connection.exchanges();
                resting = now != seen && !connection.servesDma();
                seen = now;
            } else if (connection.isWanted()) {
                resting = true; // who waits for the connection reads it next, and serves what comes meanwhile
            } else if (connection.servesDma()) {
                connection.lock();
                serveWhatThereIs();
            } else {
                resting = !connection.tryLock() || !serveWhatThereIs();
                seen = connection.exchanges();
            }
        }
    }

    /**
     * Serves what the socket has, with the lock, until somebody else wants that, and gives it back; false if there was
     * nothing.
     */
    private boolean serveWhatThereIs() {
        boolean found = false;
        try {
            while (connection.isAlive() && poller.await(0) != 0) {
                connection.serveNext();
                found = true;
                if (connection.isWanted()) {
                    break;
                }
            }
        } finally {
            connection.unlock();
        }
        return found;
    }

    /** The peer has hung up. Who is just calling reads the rest; what is left after that is for nobody. */
    private void finish() {
        connection.lock();
        try {
            while (connection.isAlive()) {
                connection.serveNext();
            }
        } finally {
            connection.unlock();
        }
    }

    /** Waits for the thread's end; its sockets must have been shut down. */
    @Override
    public void close() {
        if (thread == Thread.currentThread()) {
            return;
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (thread.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                thread.join(PATIENCE);
            } catch (InterruptedException e) {
                interrupted = true; // the thread uses what is about to be closed
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
