// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.RegionInfo;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.FileStatus;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SharedWord;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.ProtocolException;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The registers of a region whose writes the server takes by a signal: the value is stored in memory of the server's, and
 * an eventfd is written; nobody waits for an answer.
 *
 * <p>What the server says of them is used as far as it can do no harm, and left alone otherwise: such a register is written
 * by messages.
 *
 * <p>Threads: thread-safe; a write allocates nothing, and takes one system call.
 */
final class PostedRegion implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** Memory behind this is not mapped, in bytes: nobody has so many doorbells. */
    private static final long MOST_MEMORY = 1 << 20;

    private final ServerConnection connection;

    /** By their offset, and apart from each other. */
    private final Part[] parts;

    private final List<Mapping> mappings;
    private final List<SharedEventFd> eventfds;

    private PostedRegion(
            ServerConnection connection, List<Part> parts, List<Mapping> mappings, List<SharedEventFd> eventfds) {
        this.connection = connection;
        this.parts = parts.toArray(new Part[0]);
        this.mappings = List.copyOf(mappings);
        this.eventfds = List.copyOf(eventfds);
    }

    /**
     * A register, or several side by side.
     *
     * @param start bytes from the region's start
     * @param size bytes, 0 for a register of any width
     * @param memory where values go, or null if the server needs none
     * @param at where in it, in bytes
     */
    private record Part(
            long start, long size, Bell bell, @Nullable MemorySegment memory, long at) {
        long end() {
            return start + Math.max(size, 1);
        }

        boolean takes(long offset, int width) {
            return size > Long.BYTES
                    ? offset >= start && offset - start <= size - width
                    : offset == start && (size == 0 || size == width);
        }
    }

    /**
     * An eventfd of the server's. Who rings it has rung it when the call returns, also if another thread is at it: what he
     * sends next is behind that.
     */
    private record Bell(SharedEventFd eventfd, ReentrantLock lock) {
        boolean ring() {
            lock.lock();
            try {
                return eventfd.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A reply with what came along, owned. */
    private record Answer(RegionIoFds told, List<Descriptor> fds) {}

    /**
     * Asks for the posted registers of a region.
     *
     * @return null if there are none, or none that can be used
     * @throws VfioException if the server does not keep to the protocol
     */
    static @Nullable PostedRegion ask(SystemCalls sys, ServerConnection connection, RegionInfo region) {
        Answer answer;
        try {
            answer = connection.call(
                    Command.DEVICE_GET_REGION_IO_FDS,
                    (message, id) -> RegionIoFds.writeRequest(message, id, region.index(), RegionIoFds.MOST_BYTES),
                    ServerConnection.NO_FDS,
                    reply -> {
                        RegionIoFds told = RegionIoFds.readReply(reply, region.index());
                        List<Descriptor> fds = new ArrayList<>();
                        while (reply.fdCount() > 0) {
                            fds.add(reply.takeFd(0));
                        }
                        return new Answer(told, fds);
                    },
                    "region " + region.index() + " of " + connection.name());
        } catch (ProtocolException e) {
            throw e;
        } catch (VfioException e) {
            connection.checkAlive(Command.DEVICE_GET_REGION_IO_FDS);
            return null; // the server does not know the command, or has none here
        }
        Builder builder = new Builder(sys, connection, region, answer.fds);
        try {
            return builder.build(answer.told);
        } catch (RuntimeException | Error e) {
            Closing.after(e, builder.mappings.toArray(AutoCloseable[]::new));
            Closing.after(e, builder.eventfds.toArray(AutoCloseable[]::new));
            throw e;
        } finally {
            answer.fds.forEach(Fd::close);
        }
    }

    /** Makes parts of what the server said. */
    private static final class Builder {
        private final SystemCalls sys;
        private final ServerConnection connection;
        private final RegionInfo region;
        private final List<Descriptor> fds;
        private final List<Mapping> mappings = new ArrayList<>();
        private final List<SharedEventFd> eventfds = new ArrayList<>();
        private final Map<Integer, Bell> bells = new HashMap<>();
        private final Map<Integer, MemorySegment> memories = new HashMap<>();

        /** Whether the log has been told that a register is left alone. */
        private boolean told;

        Builder(SystemCalls sys, ServerConnection connection, RegionInfo region, List<Descriptor> fds) {
            this.sys = sys;
            this.connection = connection;
            this.region = region;
            this.fds = fds;
        }

        @Nullable PostedRegion build(RegionIoFds told) {
            List<RegionIoFds.Entry> possible = told.entries().stream()
                    .filter(this::possible)
                    .sorted(Comparator.comparingLong(RegionIoFds.Entry::offset))
                    .toList();
            List<Part> parts = new ArrayList<>();
            for (RegionIoFds.Entry entry : possible) {
                Part part = part(entry);
                if (part != null && (parts.isEmpty() || parts.getLast().end() <= part.start)) {
                    parts.add(part);
                }
            }
            PostedRegion built = new PostedRegion(connection, parts, mappings, eventfds);
            if (parts.isEmpty() || !connection.keepFiles(eventfds.size())) {
                built.close();
                return null;
            }
            return built;
        }

        /** Whether an entry makes sense, and is of a kind of which a value of any kind can be written. */
        private boolean possible(RegionIoFds.Entry entry) {
            boolean shadow = entry.type() == RegionIoFds.SHADOW_IOEVENTFD;
            long size = Math.max(entry.size(), 1);
            return (shadow || entry.type() == RegionIoFds.IOEVENTFD)
                    && entry.flags() == 0
                    && entry.size() >= 0
                    && entry.offset() >= 0
                    && entry.offset() <= region.size() - size
                    && isFd(entry.fdIndex())
                    && (!shadow || isFd(entry.shadowFdIndex()) && fits(entry));
        }

        private boolean isFd(int index) {
            return index >= 0 && index < fds.size();
        }

        /** Whether each register of the entry is aligned in the memory. */
        private static boolean fits(RegionIoFds.Entry entry) {
            long size = entry.size();
            boolean one = size == Byte.BYTES || size == Short.BYTES || size == Integer.BYTES || size == Long.BYTES;
            return entry.shadowOffset() >= 0
                    && entry.shadowOffset() <= MOST_MEMORY - room(entry)
                    && (one
                            ? entry.shadowOffset() % size == 0
                            : (entry.shadowOffset() - entry.offset()) % Long.BYTES == 0);
        }

        private static long room(RegionIoFds.Entry entry) {
            return entry.size() == 0 ? Long.BYTES : entry.size();
        }

        private @Nullable Part part(RegionIoFds.Entry entry) {
            try {
                return made(entry);
            } catch (VfioException e) {
                if (!told) {
                    told = true;
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "posted registers of {0} are written by messages: {1}",
                            connection.name(),
                            e.getMessage());
                }
                return null;
            }
        }

        private @Nullable Part made(RegionIoFds.Entry entry) {
            MemorySegment memory = null;
            if (entry.type() == RegionIoFds.SHADOW_IOEVENTFD) {
                memory = memories.computeIfAbsent(entry.shadowFdIndex(), this::memory);
                if (entry.shadowOffset() > memory.byteSize() - room(entry)) {
                    return null;
                }
            }
            Bell bell = bells.computeIfAbsent(entry.fdIndex(), this::bell);
            return new Part(entry.offset(), entry.size(), bell, memory, entry.shadowOffset());
        }

        /** Maps memory of the server's that it cannot make to fault; empty if it is other memory. */
        private MemorySegment memory(int index) {
            Descriptor file = fds.get(index);
            if (!FileStatus.isMemory(sys, file)) {
                return MemorySegment.NULL;
            }
            FileStatus status = FileStatus.of(sys, file);
            long length = Math.min(status.size(), MOST_MEMORY);
            if (length == 0 || !status.cannotFault() && !connection.limits().trustServer()) {
                return MemorySegment.NULL;
            }
            Mapping mapping = Mapping.ofFile(sys, file, 0, length, Abi.PROT_READ | Abi.PROT_WRITE);
            mappings.add(mapping);
            return mapping.memory();
        }

        private Bell bell(int index) {
            SharedEventFd eventfd = SharedEventFd.duplicateWithoutLook(sys, fds.get(index), connection::cut);
            eventfds.add(eventfd);
            return new Bell(eventfd, new ReentrantLock());
        }
    }

    /**
     * Writes a register if it is one of these.
     *
     * @param value bits above the width are ignored
     * @return false if it is not, and is to be written by a message
     * @throws IllegalStateException if the connection is closed
     * @throws io.jvfio.device.DeviceGoneException if it is lost
     */
    boolean write(long offset, int width, long value) {
        Part part = find(offset);
        if (part == null || !part.takes(offset, width)) {
            return false;
        }
        connection.checkAlive(Command.REGION_WRITE);
        try {
            if (part.memory != null) {
                SharedWord.set(part.memory, part.at + offset - part.start, width, value);
            }
            if (part.bell.ring()) {
                return true;
            }
        } catch (IllegalStateException closing) {
            // Memory or eventfd have just been closed with the connection, which says why.
        }
        throw connection.ended(Command.REGION_WRITE);
    }

    /** The last part that does not start behind the offset, or null. */
    private @Nullable Part find(long offset) {
        int low = 0;
        int high = parts.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (parts[middle].start <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : parts[low - 1];
    }

    /** Gives back memory and eventfds; later writes throw. Idempotent. */
    @Override
    public void close() {
        Closing steps = new Closing();
        eventfds.forEach(eventfd -> steps.attempt(eventfd::close));
        mappings.forEach(mapping -> steps.attempt(mapping::close));
        steps.throwFirst();
    }
}
