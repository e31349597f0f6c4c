// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.iommu.IovaRange;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The payload of {@code VERSION}, in the request, which is an offer, and in the reply, and the rules of agreeing: the same
 * major number, a minor number that is not above the offered one.
 *
 * <p>Threads: immutable.
 *
 * @param major the protocol's generation; only 0 exists
 * @param minor 0 to {@link #MINOR}
 * @param capabilities what the sender can take, or null if it says nothing, which is not the same as saying what holds then:
 *     a peer that sends none does not read any either
 */
public record Version(int major, int minor, @Nullable Capabilities capabilities) {
    /** The one major version there is. */
    public static final int MAJOR = 0;

    /** What we offer and accept at most; a later number changes nothing on the wire. */
    public static final int MINOR = 1;

    /**
     * What a peer must take of data in one message, in bytes. With less, and with nothing above all, a transfer would need
     * messages without end; every peer that is known takes 1 MiB.
     */
    public static final int LEAST_TRANSFER = 4096;

    /** A server's smallest page must lie in between. */
    private static final long LEAST_PAGE = 1L << 12;

    private static final long MOST_PAGE = 1L << 30;

    private static final int JSON = 4;

    /** The longest payload that is read, in bytes. */
    public static final int MOST_BYTES = JSON + CapabilityJson.MOST_BYTES + 1;

    /** No reply is longer unless the request was: QEMU takes none that is longer than its own 214 bytes. */
    private static final int COMPACT = 180;

    /** What a peer says. */
    public Capabilities capabilitiesOrAbsent() {
        return capabilities == null ? Capabilities.absent() : capabilities;
    }

    /** Makes this the payload of the request. */
    public void write(Message request, int id) {
        byte[] text = CapabilityJson.write(capabilitiesOrAbsent(), true);
        request.beginCommand(id, Command.VERSION, JSON + text.length + 1);
        fill(request, text);
    }

    /**
     * Makes this the payload of the reply: with all values if that is compact and not longer than the request, or the client
     * is jvfio's own; else with those alone that differ from what the client assumes, else with none.
     *
     * @return the capabilities that the reply really names, in the view of the client
     */
    public Capabilities writeReply(Message reply, Message command) {
        Capabilities said = capabilitiesOrAbsent();
        int usual = command.payloadSize() > JSON ? Math.min(COMPACT, command.payloadSize()) : COMPACT;
        // Who understands jvfio's own capabilities has room for them.
        int room = said.addedRegions() ? CapabilityJson.MOST_BYTES : usual;
        byte[] text = CapabilityJson.write(said, true);
        if (JSON + text.length + 1 > room) {
            text = CapabilityJson.write(said, false);
        }
        if (JSON + text.length + 1 > room) {
            said = Capabilities.absent();
            text = CapabilityJson.write(said, false);
        }
        reply.beginReply(command, JSON + text.length + 1);
        fill(reply, text);
        return said;
    }

    private void fill(Message message, byte[] text) {
        message.set16(0, major);
        message.set16(2, minor);
        MemorySegment.copy(text, 0, message.payload(JSON, text.length), ValueLayout.JAVA_BYTE, 0, text.length);
    }

    /**
     * Reads an offer or a reply.
     *
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static Version read(Message message) {
        message.require(JSON);
        int major = message.u16(0);
        int minor = message.u16(2);
        int length = message.payloadSize() - JSON;
        if (length == 0) {
            return new Version(major, minor, null);
        }
        if (message.u8(JSON + (long) length - 1) != 0) {
            throw message.invalid("capabilities that do not end in a zero");
        }
        if (length - 1 > CapabilityJson.MOST_BYTES) {
            throw message.invalid("capabilities of " + length + " bytes");
        }
        if (length == 1) {
            return new Version(major, minor, null);
        }
        return new Version(
                major,
                minor,
                CapabilityJson.read(message.payload(JSON, length - 1L).toArray(ValueLayout.JAVA_BYTE)));
    }

    /**
     * What a server answers to this offer.
     *
     * @param server what the server can take; a twin socket and what the client did not offer are left out
     * @throws ProtocolException with EOPNOTSUPP if the major version is another, EINVAL if the client takes less than
     *     {@link #LEAST_TRANSFER}
     */
    public Version answer(Capabilities server) {
        if (major != MAJOR) {
            throw new ProtocolException(
                    Errno.EOPNOTSUPP, Command.VERSION.call(), "version " + major + "." + minor + " is not spoken here");
        }
        Capabilities client = capabilitiesOrAbsent();
        if (client.maxTransfer() < LEAST_TRANSFER) {
            throw new ProtocolException(
                    Errno.EINVAL, Command.VERSION.call(), "a client that takes " + client.maxTransfer() + " bytes");
        }
        Capabilities both = server.withTwinSocket(server.twinSocket() && client.twinSocket(), server.twinFd())
                .withWriteMultiple(server.writeMultiple() && client.writeMultiple())
                .withAddedRegions(server.addedRegions() && client.addedRegions())
                .withStoreys(client.addedRegions() ? server.storeys() : List.of())
                .withSlowRegions(client.addedRegions() ? server.slowRegions() : List.of())
                .withPostedRegions(client.addedRegions() ? server.postedRegions() : List.of())
                .withReach(client.addedRegions() ? server.reach() : IovaRange.ALL);
        return new Version(MAJOR, Math.min(minor, MINOR), both);
    }

    /**
     * Checks a server's reply to this offer.
     *
     * @param fds how many descriptors came with it
     * @throws ProtocolException with EPROTO if the server did not keep to the offer
     */
    public Capabilities accept(Version reply, int fds) {
        if (reply.major != major || reply.minor > minor) {
            throw refused("version " + reply.major + "." + reply.minor + " in reply to " + major + "." + minor);
        }
        Capabilities offered = capabilitiesOrAbsent();
        Capabilities server = reply.capabilitiesOrAbsent();
        if (server.twinSocket() && (!offered.twinSocket() || server.twinFd() < 0 || server.twinFd() >= fds)) {
            throw refused("a twin socket as descriptor " + server.twinFd() + " of " + fds);
        }
        if (server.writeMultiple() && !offered.writeMultiple()) {
            throw refused("a capability that was not offered");
        }
        long page = Long.lowestOneBit(server.pageSizes() & -LEAST_PAGE);
        if (server.maxTransfer() < LEAST_TRANSFER || server.maxDmaMaps() == 0 || page == 0 || page > MOST_PAGE) {
            throw refused("a server that takes " + server.maxTransfer() + " bytes, " + server.maxDmaMaps()
                    + " maps, page sizes " + Hex.of(server.pageSizes()));
        }
        return server.withAddedRegions(server.addedRegions() && offered.addedRegions());
    }

    private static ProtocolException refused(String problem) {
        return new ProtocolException(Errno.EPROTO, Command.VERSION.call(), problem);
    }
}
