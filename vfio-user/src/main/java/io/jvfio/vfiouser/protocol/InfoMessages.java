// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Hex;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.uapi.Argsz;
import io.jvfio.internal.uapi.InfoChain;
import io.jvfio.internal.uapi.MalformedStructException;
import io.jvfio.internal.uapi.VfioDeviceInfo;
import io.jvfio.internal.uapi.VfioIrqInfo;
import io.jvfio.internal.uapi.VfioRegionInfo;
import java.util.List;

/**
 * {@code DEVICE_GET_INFO}, {@code DEVICE_GET_REGION_INFO} and {@code DEVICE_GET_IRQ_INFO}. Their payloads are the kernel's
 * structs. What the protocol adds: argsz of a request is the largest payload of the reply, argsz of a reply what all of
 * it would need; capabilities that do not fit are left out together; the struct of a device ends before
 * {@code cap_offset}, unless there are capabilities, which only a peer gets that has agreed to
 * {@link Capabilities#addedRegions}.
 *
 * <p>Threads: pure functions of the message.
 */
public final class InfoMessages {
    /** The struct of a device without capabilities in bytes. */
    public static final int DEVICE_SIZE = 16;

    /** The struct of a region without capabilities in bytes. */
    public static final int REGION_SIZE = (int) VfioRegionInfo.STRUCT.byteSize();

    private static final int DEVICE_CHAIN = (int) VfioDeviceInfo.STRUCT.byteSize();
    private static final int IRQ_SIZE = (int) VfioIrqInfo.STRUCT.byteSize();

    /**
     * An answer that is longer is not believed, in bytes: a thousand areas that can be mapped, where devices have two.
     */
    public static final int MOST_INFO = 16 * 1024;

    private InfoMessages() {}

    /**
     * Asks about the device.
     *
     * @param argsz the largest payload of the reply in bytes
     */
    public static void askDevice(Message request, int id, int argsz) {
        request.beginCommand(id, Command.DEVICE_GET_INFO, DEVICE_SIZE);
        Argsz.set(request.payload(), argsz);
    }

    /**
     * Asks about a region.
     *
     * @param argsz the largest payload of the reply in bytes
     */
    public static void askRegion(Message request, int id, int index, int argsz) {
        request.beginCommand(id, Command.DEVICE_GET_REGION_INFO, REGION_SIZE);
        VfioRegionInfo.STRUCT.fill(request.payload(), VfioRegionInfo.request(index));
        Argsz.set(request.payload(), argsz);
    }

    /** Asks about an interrupt index. */
    public static void askIrq(Message request, int id, int index) {
        request.beginCommand(id, Command.DEVICE_GET_IRQ_INFO, IRQ_SIZE);
        VfioIrqInfo.STRUCT.fill(request.payload(), VfioIrqInfo.request(index));
    }

    /**
     * Checks a question about the device.
     *
     * @return argsz, at most the limit of the message
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static int deviceArgsz(Message request) {
        return argsz(request, DEVICE_SIZE);
    }

    /**
     * Checks a question about a region.
     *
     * @return argsz, at most the limit of the message
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static int regionArgsz(Message request) {
        return argsz(request, REGION_SIZE);
    }

    /** The region of a question that was checked; may be anything. */
    public static int regionIndex(Message request) {
        return VfioRegionInfo.STRUCT.read(request.payload()).index();
    }

    /**
     * Checks a question about an interrupt index.
     *
     * @return the index, which may be anything
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static int irqIndex(Message request) {
        argsz(request, IRQ_SIZE);
        return VfioIrqInfo.STRUCT.read(request.payload()).index();
    }

    /** Some senders fill more than the fixed part of the payload, which is welcome. */
    private static int argsz(Message request, int least) {
        request.require(least);
        long argsz = Argsz.of(request.payload());
        if (argsz < least) {
            throw request.invalid("argsz " + argsz);
        }
        return (int) Math.min(argsz, request.limit());
    }

    /**
     * Tells about the device.
     *
     * @param argsz what the question said
     * @param info its capabilities are sent too
     */
    public static void tellDevice(Message reply, Message command, int argsz, DeviceInfo info) {
        List<InfoCapability> chain = info.capabilities();
        int full = chain.isEmpty() ? DEVICE_SIZE : DEVICE_CHAIN + InfoChain.byteSize(chain);
        boolean chained = full > DEVICE_SIZE && full <= argsz;
        reply.beginReply(command, chained ? full : DEVICE_CHAIN);
        VfioDeviceInfo.STRUCT.fill(
                reply.payload(),
                new VfioDeviceInfo(
                        flags(info.flags(), VfioPci.VFIO_DEVICE_FLAGS_CAPS, chained),
                        info.regionCount(),
                        info.irqCount(),
                        chained ? DEVICE_CHAIN : 0));
        Argsz.set(reply.payload(), full);
        if (chained) {
            InfoChain.write(reply.payload(), DEVICE_CHAIN, chain);
        } else {
            reply.resize(DEVICE_SIZE);
        }
    }

    /**
     * Tells about a region: all of it if that fits, else without the chain and with the size that it needs.
     *
     * @param argsz what the question said
     * @param info its areas are those that its capabilities name
     * @param offset where the region starts in the file that goes along, in bytes
     * @return whether all of it fitted; only then may a descriptor go along
     */
    public static boolean tellRegion(Message reply, Message command, int argsz, RegionInfo info, long offset) {
        List<InfoCapability> chain = info.capabilities();
        int full = REGION_SIZE + InfoChain.byteSize(chain);
        boolean fits = full <= argsz;
        boolean chained = fits && !chain.isEmpty();
        reply.beginReply(command, fits ? full : REGION_SIZE);
        VfioRegionInfo.STRUCT.fill(
                reply.payload(),
                new VfioRegionInfo(
                        flags(info.flags(), VfioPci.VFIO_REGION_INFO_FLAG_CAPS, chained),
                        info.index(),
                        chained ? REGION_SIZE : 0,
                        info.size(),
                        offset));
        Argsz.set(reply.payload(), full);
        if (chained) {
            InfoChain.write(reply.payload(), REGION_SIZE, chain);
        }
        return fits;
    }

    private static int flags(int flags, int caps, boolean chained) {
        return chained ? flags | caps : flags & ~caps;
    }

    /** Tells about an interrupt index. */
    public static void tellIrq(Message reply, Message command, IrqInfo info) {
        reply.beginReply(command, IRQ_SIZE);
        VfioIrqInfo.STRUCT.fill(reply.payload(), new VfioIrqInfo(info.flags(), info.index(), info.count()));
    }

    /**
     * Reads what is told of the device.
     *
     * @throws ProtocolException if it is malformed
     */
    public static DeviceInfo device(Message reply) {
        require(reply, DEVICE_SIZE);
        VfioDeviceInfo info = VfioDeviceInfo.STRUCT.read(reply.payload());
        boolean chained = (info.flags() & VfioPci.VFIO_DEVICE_FLAGS_CAPS) != 0 && reply.payloadSize() >= DEVICE_CHAIN;
        return new DeviceInfo(
                info.flags(),
                info.numRegions(),
                info.numIrqs(),
                chained ? chain(reply, DEVICE_CHAIN, info.capOffset()) : List.of());
    }

    /**
     * Reads what is told of a region.
     *
     * @throws ProtocolException if it is malformed
     */
    public static VfioRegionInfo region(Message reply, int index) {
        require(reply, REGION_SIZE);
        VfioRegionInfo info = VfioRegionInfo.STRUCT.read(reply.payload());
        if (info.index() != index || info.size() < 0 || info.offset() < 0 || info.offset() + info.size() < 0) {
            throw reply.invalid("region " + Integer.toUnsignedString(info.index()) + " of size " + Hex.of(info.size())
                    + " at file offset " + Hex.of(info.offset()) + ", not region " + index);
        }
        return info;
    }

    private static void require(Message reply, int least) {
        reply.require(least);
        if (reply.payloadSize() > MOST_INFO) {
            throw reply.invalid("an answer of " + reply.payloadSize() + " bytes");
        }
    }

    /**
     * Reads a region's capabilities, or as many of them as came.
     *
     * @param info what {@link #region} made of the same reply
     * @throws ProtocolException if the chain is malformed
     */
    public static List<InfoCapability> capabilities(Message reply, VfioRegionInfo info) {
        return (info.flags() & VfioPci.VFIO_REGION_INFO_FLAG_CAPS) == 0
                ? List.of()
                : chain(reply, REGION_SIZE, info.capOffset());
    }

    /** An offset behind the message ends the chain, as when the sender cut the message but not the offset. */
    private static List<InfoCapability> chain(Message reply, int least, int first) {
        try {
            return InfoChain.readCut(reply.payload(), least, first).capabilities();
        } catch (MalformedStructException e) {
            throw reply.invalid("the chain: " + e.getMessage());
        }
    }

    /** The argsz of a reply: what the full payload would need, in bytes. */
    public static long needed(Message reply) {
        return Argsz.of(reply.payload());
    }

    /**
     * Reads what is told of an interrupt index.
     *
     * @param most how many vectors are believed
     * @throws ProtocolException if it is malformed
     */
    public static IrqInfo irq(Message reply, int index, int most) {
        reply.require(IRQ_SIZE);
        VfioIrqInfo info = VfioIrqInfo.STRUCT.read(reply.payload());
        if (info.index() != index || info.count() < 0 || info.count() > most) {
            throw reply.invalid("irq index " + Integer.toUnsignedString(info.index()) + " with "
                    + Integer.toUnsignedString(info.count()) + " vectors, not index " + index + " with at most "
                    + most);
        }
        return new IrqInfo(index, info.flags(), info.count());
    }
}
