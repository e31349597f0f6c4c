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
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.vfiouser.PostedRegister.Bell;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.ProtocolException;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server for the registers of a region whose writes it takes by a signal. What it says of them is used as far as it can
 * do no harm, and left alone otherwise: such a register is written by messages.
 *
 * <p>Threads: one at a time.
 */
final class PostedRegionBuilder {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** Memory behind this is not mapped, in bytes: nobody has so many doorbells. */
    private static final long MOST_MEMORY = 1 << 20;

    private final SystemCalls sys;
    private final ServerConnection connection;
    private final RegionInfo region;
    private final List<Descriptor> fds;
    private final List<Mapping> mappings = new ArrayList<>();
    private final List<SharedEventFd> eventfds = new ArrayList<>();
    private final Map<Integer, Bell> bells = new HashMap<>();
    private final Map<Integer, MemorySegment> memories = new HashMap<>();

    /** Whether the log has been told that a register is left alone. */
    private boolean warned;

    /** A reply with what came along, owned. */
    private record Answer(RegionIoFds told, List<Descriptor> fds) {}

    private PostedRegionBuilder(SystemCalls sys, ServerConnection connection, RegionInfo region, List<Descriptor> fds) {
        this.sys = sys;
        this.connection = connection;
        this.region = region;
        this.fds = fds;
    }

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
        PostedRegionBuilder builder = new PostedRegionBuilder(sys, connection, region, answer.fds);
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

    private @Nullable PostedRegion build(RegionIoFds told) {
        List<RegionIoFds.Entry> possible = told.entries().stream()
                .filter(this::possible)
                .sorted(Comparator.comparingLong(RegionIoFds.Entry::offset))
                .toList();
        List<PostedRegister> registers = new ArrayList<>();
        for (RegionIoFds.Entry entry : possible) {
            PostedRegister register = register(entry);
            if (register != null && (registers.isEmpty() || registers.getLast().end() <= register.start())) {
                registers.add(register);
            }
        }
        PostedRegion built = new PostedRegion(connection, registers, mappings, eventfds);
        if (registers.isEmpty() || !connection.keepFiles(eventfds.size())) {
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
                && (one ? entry.shadowOffset() % size == 0 : (entry.shadowOffset() - entry.offset()) % Long.BYTES == 0);
    }

    private static long room(RegionIoFds.Entry entry) {
        return entry.size() == 0 ? Long.BYTES : entry.size();
    }

    private @Nullable PostedRegister register(RegionIoFds.Entry entry) {
        try {
            return made(entry);
        } catch (VfioException e) {
            if (!warned) {
                warned = true;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "posted registers of {0} are written by messages: {1}",
                        connection.name(),
                        e.getMessage());
            }
            return null;
        }
    }

    private @Nullable PostedRegister made(RegionIoFds.Entry entry) {
        MemorySegment memory = null;
        if (entry.type() == RegionIoFds.SHADOW_IOEVENTFD) {
            memory = memories.computeIfAbsent(entry.shadowFdIndex(), this::memory);
            if (entry.shadowOffset() > memory.byteSize() - room(entry)) {
                return null;
            }
        }
        Bell bell = bells.computeIfAbsent(entry.fdIndex(), this::bell);
        return new PostedRegister(entry.offset(), entry.size(), bell, memory, entry.shadowOffset());
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
        return new Bell(eventfd);
    }
}
