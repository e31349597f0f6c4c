// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Poller;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.vfiouser.protocol.Busy;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.Version;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has connected while the server has a client. The oldest is the next if that client goes soon; who has waited for a
 * moment is told that the server is busy, and who says nothing to be answered is turned away a moment later. Nothing is
 * read from a connection before it is refused, and nothing here waits for one.
 *
 * <p>Threads: one at a time.
 */
final class WaitingRoom implements AutoCloseable {
    /** A client that has just gone gives way to the next in this time. */
    private static final Duration GRACE = Duration.ofMillis(400);

    /** As long as the device is being taken back, nobody has it. */
    private static final Duration TAKE_BACK = Duration.ofSeconds(5);

    /** Then somebody who has said nothing is turned away without a word. */
    private static final Duration WORDLESS = Duration.ofMillis(400);

    /** How often somebody who waits has to be looked after. */
    static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();

    private static final int SEATS = 16;

    /** A first message with a long list of capabilities. */
    private static final int MOST = Version.MOST_BYTES;

    private final SystemCalls sys;
    private final Deque<Guest> guests = new ArrayDeque<>();

    WaitingRoom(SystemCalls sys) {
        this.sys = sys;
    }

    /** A connection that waits. */
    record Guest(UnixSocket socket, ServerListener.Client who, long since) {}

    /** Is told who was refused. */
    @FunctionalInterface
    interface Refusal {
        void tell(ServerListener.Client who, String reason);
    }

    /** Seats a connection; if there is no seat, it is turned away. */
    void add(UnixSocket socket, ServerListener.Client who, Refusal refusal) {
        if (guests.size() >= SEATS) {
            socket.close();
            refusal.tell(who, "too many others wait");
            return;
        }
        guests.addLast(new Guest(socket, who, System.nanoTime()));
    }

    /** The one who has waited longest, or null; owned by the caller now. */
    @Nullable Guest next() {
        return guests.pollFirst();
    }

    /** Whether nobody waits. */
    boolean isEmpty() {
        return guests.isEmpty();
    }

    /**
     * Refuses who has waited long enough.
     *
     * @param holder the client that the server has
     * @param leaving whether that has gone, and the device is being taken back from it
     */
    void refuse(ServerListener.Client holder, boolean leaving, Refusal refusal) {
        long now = System.nanoTime();
        long grace = (leaving ? TAKE_BACK : GRACE).toNanos();
        for (Iterator<Guest> all = guests.iterator(); all.hasNext(); ) {
            Guest guest = all.next();
            long over = now - guest.since - grace;
            if (over >= 0 && (answered(guest, holder.pid()) || over >= WORDLESS.toNanos())) {
                all.remove();
                guest.socket.close();
                refusal.tell(guest.who, "busy: " + holder + " has the device");
            }
        }
    }

    /** Answers the first message, if there is one; whatever is wrong with it, there is no second. */
    private boolean answered(Guest guest, int pid) {
        try (Poller poller = new Poller(sys, 1)) {
            poller.set(0, guest.socket.fd(), Abi.POLLIN);
            if (poller.await(0) == 0) {
                return false;
            }
        }
        MessageChannel channel = new MessageChannel(guest.socket, 0);
        channel.limitWaits(1);
        try (Message first = new Message(MOST);
                Message reply = new Message(MOST)) {
            if (channel.receive(first, Message.HEADER) == MessageChannel.Outcome.MESSAGE && !first.wantsNoReply()) {
                Busy.write(reply, first, pid);
                channel.send(reply, List.of());
            }
            first.closeFds();
        } catch (VfioException gone) {
            // It has gone again, or does not speak the protocol: it is turned away in either case.
        } finally {
            channel.close();
        }
        return true;
    }

    /** Turns away who still waits. */
    @Override
    public void close() {
        guests.forEach(guest -> guest.socket.close());
        guests.clear();
    }
}
