// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.RegionInfo;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection and what the device at its other end said of itself.
 *
 * <p>Threads: immutable, but for the end.
 *
 * @param connection owned
 * @param info of the device, as the server gave it
 * @param regions one for each index
 * @param irqs one for each index
 */
record Session(ServerConnection connection, DeviceInfo info, List<RemoteRegion> regions, List<IrqInfo> irqs)
        implements AutoCloseable {
    /** More regions or interrupt indexes than this are not believed. */
    private static final int MOST_REGIONS = 100;

    private static final int MOST_IRQS = 50;

    /** MSI-X has no more vectors in one function (PCIe 6.0, 7.7.2.2). */
    private static final int MOST_VECTORS = 2048;

    private static final int MOST_INFO = 4096;

    Session {
        regions = List.copyOf(regions);
        irqs = List.copyOf(irqs);
    }

    /**
     * Connects, agrees on a version, and asks for everything.
     *
     * @param maps what the server may reach by messages
     * @throws VfioException if that fails, with ETIMEDOUT if the server takes longer for all of it than for one command; nothing
     *     is left open
     */
    static Session open(SystemCalls sys, String path, VfioUserLimits limits, Supplier<@Nullable DmaMappings> maps) {
        long begin = System.nanoTime();
        ServerConnection connection = ServerConnection.open(sys, path, limits, maps);
        List<RemoteRegion> regions = new ArrayList<>();
        try {
            DeviceInfo info = info(connection);
            for (int index = 0; index < info.regionCount(); index++) {
                checkTime(connection, begin);
                RemoteRegion region = RemoteRegion.ask(sys, connection, index);
                regions.add(region);
                if (isPosted(connection, region.info())) {
                    regions.set(index, region.with(PostedRegionBuilder.ask(sys, connection, region.info())));
                }
            }
            List<IrqInfo> irqs = new ArrayList<>();
            for (int index = 0; index < info.irqCount(); index++) {
                checkTime(connection, begin);
                irqs.add(irq(connection, index));
            }
            return new Session(connection, info, regions, irqs);
        } catch (RuntimeException e) {
            regions.forEach(RemoteRegion::close);
            throw Closing.after(connection.reasonOf(e), connection);
        } catch (Error e) { // no memory for what the server says
            regions.forEach(RemoteRegion::close);
            throw Closing.after(e, connection);
        }
    }

    private static boolean isPosted(ServerConnection connection, RegionInfo region) {
        return region.writable()
                && switch (connection.limits().posting()) {
                    case ORDERED -> connection.server().postedRegions().contains(region.index());
                    case ALWAYS -> true;
                    case NEVER -> false;
                };
    }

    /** A server that answers each question only just in time is given up, whatever the number of questions. */
    private static void checkTime(ServerConnection connection, long begin) {
        if (System.nanoTime() - begin > connection.limits().timeout().toNanos()) {
            throw new ProtocolException(
                    Errno.ETIMEDOUT,
                    Command.DEVICE_GET_INFO.call(),
                    connection.name() + " has not told what device it has within "
                            + connection.limits().timeout());
        }
    }

    /**
     * Asks what the device is.
     *
     * @throws VfioException if that fails or is malformed
     */
    static DeviceInfo info(ServerConnection connection) {
        boolean chain = connection.server().addedRegions();
        DeviceInfo info = connection.call(
                Command.DEVICE_GET_INFO,
                (message, id) -> InfoMessages.askDevice(message, id, chain ? MOST_INFO : InfoMessages.DEVICE_SIZE),
                ServerConnection.NO_FDS,
                InfoMessages::device,
                connection.name());
        if (Integer.compareUnsigned(info.regionCount(), MOST_REGIONS) > 0
                || Integer.compareUnsigned(info.irqCount(), MOST_IRQS) > 0) {
            throw new ProtocolException(
                    Errno.EPROTO,
                    Command.DEVICE_GET_INFO.call(),
                    connection.name() + " has " + Integer.toUnsignedString(info.regionCount()) + " regions and "
                            + Integer.toUnsignedString(info.irqCount()) + " interrupt indexes");
        }
        return info;
    }

    private static IrqInfo irq(ServerConnection connection, int index) {
        try {
            return connection.call(
                    Command.DEVICE_GET_IRQ_INFO,
                    (message, id) -> InfoMessages.askIrq(message, id, index),
                    ServerConnection.NO_FDS,
                    reply -> InfoMessages.irq(reply, index, MOST_VECTORS),
                    "irq index " + index + " of " + connection.name());
        } catch (ProtocolException e) {
            throw e;
        } catch (VfioException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            // The kernel's way to say that there is no such index.
            return IrqInfo.absent(index);
        }
    }

    /** A region that exists as an index. */
    RemoteRegion region(int index) {
        return regions.get(Objects.checkIndex(index, regions.size()));
    }

    /** What is known of each region, without the files. */
    List<RegionInfo> regionInfos() {
        return regions.stream().map(RemoteRegion::info).toList();
    }

    /** Whether another session is about the same device, so that what was made of this one fits that one. */
    boolean matches(Session other) {
        return info.equals(other.info)
                && irqs.equals(other.irqs)
                && regionInfos().equals(other.regionInfos());
    }

    /** Closes a session that is lost and whose place another has taken. */
    void closeReplaced() {
        close(connection::closeReplaced);
    }

    /** Ends the connection and closes the files. Idempotent. */
    @Override
    public void close() {
        close(connection::close);
    }

    private void close(Runnable first) {
        Closing steps = new Closing();
        steps.attempt(first);
        regions.forEach(region -> steps.attempt(region::close));
        steps.throwFirst();
    }
}
