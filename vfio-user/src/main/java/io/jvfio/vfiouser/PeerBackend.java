// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaSource;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.DmaUnmap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The maps of one device at its server: files that cannot be made to fault are passed on by descriptor, other memory
 * without, so that the server asks for each transfer by a message.
 *
 * <p>A server whose connection has ended has no maps: unmapping there succeeds.
 *
 * <p>Threads: thread-safe.
 */
final class PeerBackend implements DmaBackend {

    /** A map that the server has, or had when it was lost. */
    private record Entry(long iova, DmaSource source, Access access) {}

    /** Guarded by this, as is what follows; in the order in which they were made. */
    private final Map<Long, Entry> maps = new LinkedHashMap<>();

    private ServerConnection connection;

    /** The device leaves the address space: what the registry still says is for those who stay. */
    private boolean left;

    PeerBackend(ServerConnection connection) {
        this.connection = connection;
    }

    /** The page sizes of the server. */
    synchronized long pageSizes() {
        return connection.server().pageSizes();
    }

    /** How many more maps the server takes. */
    synchronized long mapsLeft() {
        return Math.max(0, mostMaps() - maps.size());
    }

    private int mostMaps() {
        return Math.min(connection.server().maxDmaMaps(), connection.limits().maxDmaMaps());
    }

    @Override
    public synchronized void map(long iova, DmaSource source, Access access) {
        if (left) {
            return;
        }
        Entry entry = new Entry(iova, source, access);
        if (maps.size() >= mostMaps()) {
            throw new VfioException(
                    Command.DMA_MAP.call(),
                    Errno.ENOSPC,
                    subject(entry),
                    "the server takes " + mostMaps() + " maps; use larger buffers, or a pool");
        }
        send(connection, entry);
        maps.put(iova, entry);
    }

    private static void send(ServerConnection connection, Entry entry) {
        DmaSource source = entry.source;
        DmaSource.File shared = source instanceof DmaSource.File file && connection.shares(file) ? file : null;
        List<Fd> fds = shared == null ? ServerConnection.NO_FDS : List.of(shared.fd());
        long offset = shared == null ? 0 : shared.offset();
        DmaMapRequest map = DmaMapRequest.of(entry.access, offset, entry.iova, source.length());
        try {
            connection.call(Command.DMA_MAP, map::write, fds, reply -> null, connection.name());
        } catch (DeviceGoneException e) {
            throw e;
        } catch (VfioException e) {
            boolean overlap = e.errno() == Errno.EEXIST || e.errno() == Errno.EINVAL;
            throw new VfioException(
                    e.call(),
                    e.errno(),
                    subject(connection, entry),
                    overlap
                            ? "the server refuses the range: it overlaps another of its maps, or it cannot map such memory"
                            : e.hint());
        }
    }

    @Override
    public synchronized void unmap(long iova, long length) {
        if (left) {
            return;
        }
        if (connection.isAlive()) {
            try {
                unmap(connection, iova, length);
            } catch (IllegalStateException | DeviceGoneException e) {
                if (connection.isAlive()) {
                    throw e;
                }
            }
        }
        maps.remove(iova);
    }

    private static void unmap(ServerConnection connection, long iova, long length) {
        DmaUnmap unmap = DmaUnmap.of(iova, length);
        connection.call(
                Command.DMA_UNMAP,
                unmap::write,
                ServerConnection.NO_FDS,
                reply -> {
                    unmap.checkReply(reply);
                    return null;
                },
                "iova " + Hex.of(iova) + ", size " + Hex.of(length) + " of " + connection.name());
    }

    /**
     * Takes every map away from the server, before the device leaves the address space. Afterwards maps and unmaps of the
     * space do not reach it.
     *
     * @throws VfioException if the server refuses; then nothing has changed
     */
    synchronized void leave() {
        List<Entry> gone = new ArrayList<>();
        try {
            for (Entry entry : List.copyOf(maps.values()).reversed()) {
                unmap(entry.iova, entry.source.length());
                gone.add(entry);
            }
        } catch (RuntimeException e) {
            for (Entry entry : gone.reversed()) {
                try {
                    map(entry.iova, entry.source, entry.access);
                } catch (RuntimeException undo) {
                    Closing.suppress(e, undo);
                }
            }
            throw e;
        }
        left = true;
    }

    /** As {@link #leave}, for a device that closes: what fails does not count, as the server drops all that is left. */
    synchronized void abandon() {
        Closing steps = new Closing();
        for (Entry entry : List.copyOf(maps.values())) {
            steps.attempt(() -> unmap(entry.iova, entry.source.length()));
        }
        left = true;
    }

    /**
     * Gives another connection the maps that there are now, and uses it from then on.
     *
     * @throws VfioException if the server refuses one; the old connection stays the one in use
     */
    synchronized void move(ServerConnection next) {
        maps.values().forEach(entry -> send(next, entry));
        connection = next;
    }

    private String subject(Entry entry) {
        return subject(connection, entry);
    }

    private static String subject(ServerConnection connection, Entry entry) {
        return "iova " + Hex.of(entry.iova) + ", size " + Hex.of(entry.source.length()) + " of " + connection.name();
    }
}
