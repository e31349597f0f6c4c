// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.PostedRegisters;
import io.jvfio.device.SlowRegions;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Epoll;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.PeerBudget;
import io.jvfio.internal.sys.SharedWord;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A client's writes of {@link PostedRegisters}: it stores the value in memory that it shares and signals an eventfd, each
 * register's own, instead of sending a message. From the first question for them on, the connection's thread waits for the
 * socket and for these eventfds together, and does what was signalled before it takes a message: so whatever is sent after
 * a write finds it done.
 *
 * <p>The client may store anything and signal as often as it likes: of all that comes nothing but a write of that register,
 * which it could have sent, and which costs its own connection's time. Memory and eventfds are this side's own. Their
 * number is bounded, and counted as the client's; a register for which there is none is reached by messages.
 *
 * <p>Threads: {@link #begin}, {@link #await} and {@link #close} on the connection's, {@link #offer} on the one that does
 * commands.
 */
final class PostedWrites implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** The most registers of one client. */
    private static final int MOST = 64;

    /** Each register has a cache line, so that threads of the client do not hold each other up. */
    private static final int LINE = 64;

    private static final long SOCKET = -1;

    private final SystemCalls sys;
    private final VfioDevice device;
    private final int mostFds;
    private final PeerBudget.Share share;
    private final ThinLog log;
    private final Map<Integer, Offer> offers = new HashMap<>();
    private final List<Part> parts = new CopyOnWriteArrayList<>();

    /** What is to be done in the end, the last first. */
    private final Deque<Runnable> ends = new ArrayDeque<>();

    /** From the first question for posted registers on, if there is a descriptor for it. */
    private volatile @Nullable Epoll epoll;

    /**
     * The posted writes of one client, of which there are none yet.
     *
     * @param share what the client has of the process's descriptors
     * @param mostFds how many descriptors go with an answer
     */
    PostedWrites(SystemCalls sys, VfioDevice device, PeerBudget.Share share, int mostFds, ThinLog log) {
        this.sys = sys;
        this.device = device;
        this.share = share;
        this.mostFds = mostFds;
        this.log = log;
    }

    /**
     * What a client is told of a region.
     *
     * @param fds that go along, borrowed
     */
    record Offer(RegionIoFds told, List<Fd> fds) {
        /** Copies the list. */
        Offer {
            fds = List.copyOf(fds);
        }

        static Offer none(int region) {
            return new Offer(new RegionIoFds(region, 0, List.of()), List.of());
        }
    }

    /** A register that the client writes so. */
    private record Part(int region, PostedRegisters.Register register, EventFd signal, MemorySegment memory, long at) {}

    /**
     * The registers of a region that can be written so: none where an access may wait.
     *
     * @param region any number
     */
    static List<PostedRegisters.Register> registers(VfioDevice device, int region) {
        boolean possible = region >= 0
                && region < device.info().regionCount()
                && !device.ability(SlowRegions.class).orElse(SlowRegions.NONE).slow(region);
        return possible
                ? device.ability(PostedRegisters.class)
                        .orElse(PostedRegisters.NONE)
                        .of(region)
                : List.of();
    }

    /** The client asks for a region: has {@link #await} look for its signals, too, if there are to be any. */
    void begin(Descriptor socket, int region) {
        if (epoll != null || registers(device, region).isEmpty() || !take(PeerBudget.Kind.DESCRIPTOR)) {
            return;
        }
        try {
            Epoll set = Epoll.open(sys, MOST + 1);
            ends.push(set::close);
            set.add(socket, Abi.EPOLLIN, SOCKET);
            epoll = set;
        } catch (VfioException e) {
            LOG.log(System.Logger.Level.DEBUG, "posted writes come by messages", e);
        }
    }

    /** Whether another of what the process has only so much of may be held for the client; given back in the end. */
    private boolean take(PeerBudget.Kind kind) {
        boolean taken = share.take(kind);
        if (taken) {
            ends.push(() -> share.give(kind));
        }
        return taken;
    }

    /** What to tell of a region: the same each time. */
    Offer offer(int region) {
        return offers.computeIfAbsent(region, this::made);
    }

    private Offer made(int region) {
        Epoll set = epoll;
        List<PostedRegisters.Register> known = registers(device, region);
        int most = Math.min(Math.min(known.size(), mostFds - 1), MOST - parts.size());
        if (set == null || most < 1) {
            return Offer.none(region);
        }
        List<RegionIoFds.Entry> entries = new ArrayList<>();
        List<Fd> fds = new ArrayList<>();
        try {
            if (take(PeerBudget.Kind.DESCRIPTOR) && take(PeerBudget.Kind.MAPPING)) {
                MemFd file = MemFd.of(sys, "registers", (long) most * LINE);
                ends.push(file::close);
                Mapping view = file.map(0, file.size());
                ends.push(view::close);
                fds.add(file.fd());
                for (int i = 0; i < most && take(PeerBudget.Kind.DESCRIPTOR); i++) {
                    PostedRegisters.Register register = known.get(i);
                    fds.add(added(set, region, register, view.memory(), (long) i * LINE));
                    entries.add(new RegionIoFds.Entry(
                            register.offset(),
                            register.width(),
                            fds.size() - 1,
                            RegionIoFds.SHADOW_IOEVENTFD,
                            0,
                            0,
                            (long) i * LINE,
                            0));
                }
            }
        } catch (VfioException e) {
            LOG.log(System.Logger.Level.DEBUG, "some posted writes come by messages", e);
        }
        return entries.isEmpty()
                ? Offer.none(region)
                : new Offer(new RegionIoFds(region, entries.size(), entries), fds.subList(0, entries.size() + 1));
    }

    private Fd added(Epoll set, int region, PostedRegisters.Register register, MemorySegment memory, long at) {
        EventFd signal = EventFd.open(sys);
        ends.push(signal::close);
        parts.add(new Part(region, register, signal, memory, at));
        set.add(signal.fd(), Abi.EPOLLIN, parts.size() - 1L);
        return signal.fd();
    }

    /**
     * Does the posted writes that were signalled before the next message came. Waits for that message if the client has ever
     * asked for posted writes; else returns at once.
     *
     * @param there whether there is something of a message already
     */
    void await(boolean there) {
        Epoll set = epoll;
        boolean message = there;
        while (set != null) {
            // One look finds what becomes ready while it lasts in no order: only one that begins when the message is
            // known to
            // be there finds all that was signalled before it.
            boolean last = message;
            int found = set.await(last ? 0 : -1);
            for (int i = 0; i < found; i++) {
                long key = set.key(i);
                if (key == SOCKET) {
                    message = true;
                } else {
                    write(parts.get((int) key));
                }
            }
            if (last) {
                return;
            }
        }
    }

    private void write(Part part) {
        if (part.signal.drain() == 0) {
            return;
        }
        int width = part.register.width();
        long value = SharedWord.get(part.memory, part.at, width);
        try {
            device.writeRegister(part.region, part.register.offset(), width, value);
        } catch (VfioException | IllegalStateException e) {
            // It does not decode, or is closed: nobody waits for an answer to a posted write.
        } catch (RuntimeException | InternalError e) {
            log.warn("a posted write of a vfio-user client failed", e);
        }
    }

    /** The client has gone: nothing that it signals is done any more. Idempotent. */
    @Override
    public void close() {
        Closing steps = new Closing();
        epoll = null;
        parts.clear();
        offers.clear();
        while (!ends.isEmpty()) {
            steps.attempt(ends.pop());
        }
        steps.throwFirst();
    }
}
