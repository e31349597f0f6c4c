// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.device.SlowRegions;
import io.jvfio.device.Storeys;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.ProtocolException;
import io.jvfio.vfiouser.protocol.Version;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The first exchange of a connection: version and capabilities.
 *
 * @param client what the client can take
 * @param agreed what the client was told, which is at most what it offered
 * @param twin the socket for this side's own commands, or null for the one that there is; owned by the caller
 */
record Handshake(
        Capabilities client, Capabilities agreed, @Nullable MessageChannel twin) {

    private static final int LEAST_PAGE = 4096;

    /**
     * Answers the first message.
     *
     * @param reply a buffer
     * @throws io.jvfio.VfioException if the client is refused, which it has been told
     */
    static Handshake with(SystemCalls sys, Message first, Message reply, MessageChannel channel, Capabilities ours) {
        try {
            if (!first.isCommand() || first.commandId() != Command.VERSION.id() || first.wantsNoReply()) {
                throw first.invalid("the first message, which must be a version");
            }
            first.checkFds();
            if (first.fdCount() > 0) {
                throw first.invalid(first.fdCount() + " descriptors with a version");
            }
            Version offer = Version.read(first);
            Capabilities client = offer.capabilitiesOrAbsent();
            Capabilities said = offer.answer(fitting(ours, client)).writeReply(reply, first);
            return send(sys, client, said, reply, channel);
        } catch (ProtocolException e) {
            reply.fail(first, e.errno());
            channel.send(reply, List.of());
            throw e;
        }
    }

    /** No page sizes but those that were offered, and no twin socket for who takes no descriptors. */
    private static Capabilities fitting(Capabilities ours, Capabilities client) {
        long pages = ours.pageSizes() & client.pageSizes();
        Capabilities sized = pages == 0 ? ours : ours.withPageSizes(pages);
        return client.maxFds() > 0 ? sized : sized.withTwinSocket(false, -1);
    }

    private static Handshake send(
            SystemCalls sys, Capabilities client, Capabilities said, Message reply, MessageChannel channel) {
        if (!said.twinSocket()) {
            channel.send(reply, List.of());
            return new Handshake(client, said, null);
        }
        List<UnixSocket> pair = UnixSocket.pair(sys);
        UnixSocket theirs = pair.get(1);
        try {
            channel.send(reply, List.of(theirs.fd()));
        } catch (RuntimeException e) {
            throw Closing.after(e, pair.get(0));
        } finally {
            theirs.handOver();
        }
        return new Handshake(client, said, new MessageChannel(pair.get(0), 0));
    }

    /** What this side can take. */
    static Capabilities capabilities(ServerLimits limits, VfioDevice device) {
        long pages = device.addressSpace().limits().pageSizes() & -LEAST_PAGE;
        return Capabilities.absent()
                .withMaxFds(limits.fds())
                .withMaxTransfer(limits.dataSize())
                .withMaxDmaMaps(limits.dmaMaps())
                .withPageSizes(pages == 0 ? LEAST_PAGE : pages)
                .withTwinSocket(true, 0)
                .withWriteMultiple(true)
                .withAddedRegions(true)
                .withStoreys(Storeys.of(device).ids().stream()
                        .limit(Capabilities.MOST_STOREYS)
                        .toList())
                .withSlowRegions(slowRegions(device))
                .withPostedRegions(indexes(
                        device,
                        region -> !PostedWrites.registers(device, region).isEmpty()))
                .withReach(device.info().reach());
    }

    private static List<Integer> slowRegions(VfioDevice device) {
        return indexes(device, device.ability(SlowRegions.class).orElse(SlowRegions.NONE)::slow);
    }

    private static List<Integer> indexes(VfioDevice device, IntPredicate which) {
        return IntStream.range(0, device.info().regionCount())
                .filter(which)
                .limit(Capabilities.MOST_TOLD_REGIONS)
                .boxed()
                .toList();
    }
}
