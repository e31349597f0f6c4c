// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.Hex;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.FileKind;
import io.jvfio.internal.sys.FileStatus;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.VfioRegionInfo;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A region of a server's device, with the files that came for it.
 *
 * <p>Threads: immutable, but for the end of its files.
 *
 * @param info what is known of it; its areas are those that can really be mapped
 * @param fileOffset where it starts in its files, in bytes
 * @param files none, one for all areas, or one for each area
 * @param posted the registers that are written by a signal, or null
 */
record RemoteRegion(
        RegionInfo info,
        long fileOffset,
        List<Fd> files,
        @Nullable PostedRegion posted) implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** How often a server may name a larger size before that is taken for an error. */
    private static final int GROWTHS = 4;

    RemoteRegion {
        files = List.copyOf(files);
    }

    /** A reply with what came along. */
    private record Answer(VfioRegionInfo info, List<InfoCapability> chain, long needed, List<Fd> files) {}

    /**
     * Asks for a region.
     *
     * @throws io.jvfio.VfioException if the server does not answer as it should
     */
    static RemoteRegion ask(SystemCalls sys, ServerConnection connection, int index) {
        int argsz = InfoMessages.REGION_SIZE;
        String subject = "region " + index + " of " + connection.name();
        for (int i = 0; i < GROWTHS; i++) {
            Answer answer;
            try {
                answer = ask(connection, index, argsz, subject);
            } catch (ProtocolException e) {
                throw e;
            } catch (io.jvfio.VfioException e) {
                if (e.errno() != Errno.EINVAL || i > 0) {
                    throw e;
                }
                // The way of the kernel, and of servers that pass a kernel's device on, to say that there is none.
                return new RemoteRegion(RegionInfo.absent(index), 0, List.of(), null);
            }
            if (answer.needed <= argsz || answer.needed > InfoMessages.MOST_INFO) {
                return of(sys, connection, index, answer);
            }
            answer.files.forEach(Fd::close);
            argsz = (int) answer.needed;
        }
        throw new ProtocolException(
                Errno.EMSGSIZE,
                Command.DEVICE_GET_REGION_INFO.call(),
                subject + ": the server named a size that it then found too small");
    }

    private static Answer ask(ServerConnection connection, int index, int argsz, String subject) {
        return connection.call(
                Command.DEVICE_GET_REGION_INFO,
                (message, id) -> InfoMessages.askRegion(message, id, index, argsz),
                ServerConnection.NO_FDS,
                reply -> {
                    VfioRegionInfo info = InfoMessages.region(reply, index);
                    List<InfoCapability> chain = InfoMessages.capabilities(reply, info);
                    List<Fd> files = new ArrayList<>();
                    while (reply.fdCount() > 0) {
                        files.add(reply.takeFd(0));
                    }
                    return new Answer(info, chain, InfoMessages.needed(reply), files);
                },
                subject);
    }

    private static RemoteRegion of(SystemCalls sys, ServerConnection connection, int index, Answer answer) {
        List<RegionArea> areas;
        try {
            areas = mappable(sys, answer);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "region {0} of {1} is not mapped: {2}",
                    index,
                    connection.name(),
                    e.getMessage());
            areas = List.of();
        }
        List<Fd> files = answer.files;
        if (!areas.isEmpty() && !connection.keepFiles(files.size())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "region {0} of {1} is not mapped: this process has no more descriptors for its servers",
                    index,
                    connection.name());
            areas = List.of();
        }
        if (areas.isEmpty()) {
            files.forEach(Fd::close);
            files = List.of();
        }
        VfioRegionInfo info = answer.info;
        return new RemoteRegion(
                new RegionInfo(index, info.flags(), info.size(), areas, answer.chain), info.offset(), files, null);
    }

    /** The areas that can be mapped: whole pages of a file that has them. */
    private static List<RegionArea> mappable(SystemCalls sys, Answer answer) {
        VfioRegionInfo info = answer.info;
        List<Fd> files = answer.files;
        if ((info.flags() & VfioPci.VFIO_REGION_INFO_FLAG_MMAP) == 0 || files.isEmpty() || info.size() == 0) {
            return List.of();
        }
        List<RegionArea> areas = InfoCapability.areas(answer.chain, info.size());
        if (files.size() > 1 && files.size() != areas.size()) {
            throw new IllegalArgumentException(files.size() + " files for " + areas.size() + " areas");
        }
        for (int i = 0; i < areas.size(); i++) {
            RegionArea area = areas.get(i);
            long page = sys.pageSize();
            if (area.offset() % page != 0 || info.offset() % page != 0) {
                throw new IllegalArgumentException("an area at " + Hex.of(area.offset()) + ", file offset "
                        + Hex.of(info.offset()) + ", does not start at a page");
            }
            checkFile(sys, files.get(files.size() == 1 ? 0 : i), info.offset() + area.end());
        }
        return areas;
    }

    /**
     * Of a device's file nobody knows the size; one in memory that is too short would fault. Any other is asked for nothing
     * and not mapped: who keeps it may never answer, and would have every access wait.
     */
    private static void checkFile(SystemCalls sys, Fd file, long end) {
        if (!FileStatus.isMemory(sys, file)) {
            FileKind kind = FileKind.of(file);
            if (!kind.vfioDevice()) {
                throw new IllegalArgumentException("the file is neither in memory nor a device's but " + kind.name());
            }
            if (!Abi.host().loadsReachBars()) {
                throw new IllegalArgumentException("the file is a device's, which this CPU cannot load from");
            }
            return;
        }
        long size = FileStatus.of(sys, file).size();
        if (end > size) {
            throw new IllegalArgumentException("the file has " + Hex.of(size) + " bytes");
        }
    }

    /** The file behind an area that contains these bytes, or null. */
    @Nullable Fd fileOf(long offset, long length) {
        List<RegionArea> areas = info.mmapAreas();
        for (int i = 0; i < areas.size(); i++) {
            if (areas.get(i).contains(offset, length)) {
                return files.get(files.size() == 1 ? 0 : i);
            }
        }
        return null;
    }

    /** The same with registers that are written by a signal, or without any. */
    RemoteRegion with(@Nullable PostedRegion registers) {
        return new RemoteRegion(info, fileOffset, files, registers);
    }

    @Override
    public void close() {
        Closing steps = new Closing();
        files.forEach(file -> steps.attempt(file::close));
        if (posted != null) {
            steps.attempt(posted::close);
        }
        steps.throwFirst();
    }
}
