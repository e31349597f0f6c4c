// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import java.lang.foreign.MemorySegment;

/**
 * Register and byte access to the regions of a server's device, by messages, unless a register is posted.
 *
 * <p>Threads: stateless; single registers allocate nothing.
 */
final class RegionCalls {
    /** So many messages beyond twice what a transfer needs: a server that moves less and less has no end. */
    private static final int PATIENCE = 16;

    private RegionCalls() {}

    static long read(Session session, int region, long offset, int width) {
        check(session, region, offset, width);
        session.connection().begin(Command.REGION_READ);
        try {
            return get(session, region, offset, width);
        } finally {
            session.connection().end();
        }
    }

    static void write(Session session, int region, long offset, int width, long value) {
        check(session, region, offset, width);
        PostedRegion posted = session.region(region).posted();
        if (posted != null && posted.write(offset, width, value)) {
            return;
        }
        session.connection().begin(Command.REGION_WRITE);
        try {
            put(session, region, offset, width, value);
        } finally {
            session.connection().end();
        }
    }

    /** Two messages with no other of this client in between. */
    static long modify(Session session, Place place, long mask, long value) {
        session.info().requireConfigSpace(place.region, session.connection().name());
        check(session, place.region, place.offset, place.size);
        session.connection().begin(place.command);
        try {
            long before = get(session, place.region, place.offset, place.size);
            put(session, place.region, place.offset, place.size, before & ~mask | value & mask);
            return before;
        } finally {
            session.connection().end();
        }
    }

    /** Between begin and end. */
    private static long get(Session session, int region, long offset, int width) {
        ServerConnection connection = session.connection();
        RegionAccess.beginRead(connection.out(), connection.nextId(), region, offset, width);
        Message in = connection.exchange(ServerConnection.NO_FDS, Message.HEADER + RegionAccess.SIZE + width);
        if (in.isError() || RegionAccess.checkReadReply(in, width) != width) {
            throw failure(session, in, new Place(Command.REGION_READ, region, offset, width));
        }
        return RegionAccess.register(in, width);
    }

    /** Between begin and end. */
    private static void put(Session session, int region, long offset, int width, long value) {
        ServerConnection connection = session.connection();
        Message out = connection.out();
        RegionAccess.beginWrite(out, connection.nextId(), region, offset, width);
        RegionAccess.setRegister(out, width, value);
        Message in = connection.exchange(ServerConnection.NO_FDS, Message.HEADER + RegionAccess.SIZE);
        if (in.isError() || RegionAccess.checkWriteReply(in, width) != width) {
            throw failure(session, in, new Place(Command.REGION_WRITE, region, offset, width));
        }
    }

    /** Turns bus mastering off, if the device has config space with a command register. */
    static void clearBusMaster(Session session) {
        int config = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
        if (!session.info().pci()
                || session.info().regionCount() <= config
                || session.region(config).info().size() < PciRegisters.COMMAND + Short.BYTES) {
            return;
        }
        Place command = new Place(Command.REGION_WRITE, config, PciRegisters.COMMAND, Short.BYTES);
        if ((read(session, command.region, command.offset, command.size) & PciRegisters.COMMAND_MASTER) != 0) {
            modify(session, command, PciRegisters.COMMAND_MASTER, 0);
        }
    }

    static int readBytes(Session session, int region, long offset, MemorySegment target) {
        return move(session, Command.REGION_READ, region, offset, target);
    }

    static int writeBytes(Session session, int region, long offset, MemorySegment source) {
        return move(session, Command.REGION_WRITE, region, offset, source);
    }

    private static int move(Session session, Command command, int region, long offset, MemorySegment memory) {
        long size = session.region(region).info().room(offset, memory);
        long done = 0;
        long messages = 0;
        int most = session.connection().mostData();
        long mostMessages = size / most * 2 + PATIENCE;
        while (done < size) {
            int part = (int) Math.min(size - done, most);
            Place place = new Place(command, region, offset + done, part);
            MemorySegment bytes = memory.asSlice(done, part);
            int moved =
                    command == Command.REGION_READ ? readPart(session, place, bytes) : writePart(session, place, bytes);
            messages++;
            if (moved == 0 || moved < part && messages >= mostMessages) {
                throw new VfioException(
                        command.call(), Errno.EIO, subject(session, place), "only " + moved + " bytes were moved");
            }
            done += moved;
        }
        if (size == 0) {
            session.connection().begin(command);
            session.connection().end();
        }
        return (int) done;
    }

    /** What an access is about. */
    record Place(Command command, int region, long offset, int size) {}

    private static int readPart(Session session, Place place, MemorySegment target) {
        ServerConnection connection = session.connection();
        Message out = connection.begin(place.command);
        try {
            RegionAccess.beginRead(out, connection.nextId(), place.region, place.offset, place.size);
            Message in = connection.exchange(ServerConnection.NO_FDS, Message.HEADER + RegionAccess.SIZE + place.size);
            if (in.isError()) {
                throw failure(session, in, place);
            }
            int got = RegionAccess.checkReadReply(in, place.size);
            MemorySegment.copy(in.payload(RegionAccess.SIZE, got), 0, target, 0, got);
            return got;
        } finally {
            connection.end();
        }
    }

    private static int writePart(Session session, Place place, MemorySegment source) {
        ServerConnection connection = session.connection();
        Message out = connection.begin(place.command);
        try {
            RegionAccess.beginWrite(out, connection.nextId(), place.region, place.offset, place.size);
            MemorySegment.copy(source, 0, out.payload(RegionAccess.SIZE, place.size), 0, place.size);
            Message in = connection.exchange(ServerConnection.NO_FDS, Message.HEADER + RegionAccess.SIZE);
            if (in.isError()) {
                throw failure(session, in, place);
            }
            return RegionAccess.checkWriteReply(in, place.size);
        } finally {
            connection.end();
        }
    }

    private static void check(Session session, int region, long offset, int width) {
        session.region(region)
                .info()
                .checkRegister(
                        offset,
                        width,
                        session.info().isConfigSpace(region),
                        session.connection().name());
    }

    /** Between begin and end of the command that failed. */
    private static VfioException failure(Session session, Message reply, Place place) {
        return reply.isError()
                ? ServerConnection.failure(place.command, reply.errno(), subject(session, place))
                : new VfioException(
                        place.command.call(), Errno.EIO, subject(session, place), "only a part of it was moved");
    }

    private static String subject(Session session, Place place) {
        return Hex.of(place.size) + " bytes at " + Hex.of(place.offset) + " of region " + place.region + " of "
                + session.connection().name();
    }
}
