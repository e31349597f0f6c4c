// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.FileStatus;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.DmaUnmap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client has mapped for DMA. A file is mapped into this process if it covers the range and cannot be made to fault;
 * everything else is reached by messages, or refused, as the options say.
 *
 * <p>Threads: one at a time.
 */
final class ClientMemory {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** How long an unmap lets messages of the device finish; some clients answer none until the unmap is answered. */
    private static final Duration GRACE = Duration.ofMillis(300);

    private final SystemCalls sys;
    private final AddressSpace space;
    private final DmaMessages messages;
    private final ServerOptions options;
    private final Map<Long, Window> windows = new HashMap<>();
    private final List<AutoCloseable> leftovers = new ArrayList<>();
    private long mappedBytes;

    ClientMemory(SystemCalls sys, AddressSpace space, DmaMessages messages, ServerOptions options) {
        this.sys = sys;
        this.space = space;
        this.messages = messages;
        this.options = options;
    }

    /**
     * One mapping of the client.
     *
     * @param mapping in the device's address space
     * @param memory the client's memory in this process, or null
     * @param file the client's file, or null
     * @param remote how it is reached by messages, or null
     */
    private record Window(
            DmaMapping mapping,
            @Nullable Mapping memory,
            @Nullable Fd file,
            @Nullable RemoteWindow remote) {}

    /** What a window is made of before it is mapped. */
    private record Parts(
            DmaSource source,
            @Nullable Mapping memory,
            @Nullable RemoteWindow remote) {}

    /**
     * Maps a range as the client asks.
     *
     * @param file what came along, or null; taken over
     * @throws VfioException with EEXIST if it overlaps, ENOSPC beyond a limit, EINVAL if the file does not fit
     */
    void map(DmaMapRequest request, @Nullable Fd file) {
        try {
            checkLimits(request);
            Parts parts = file == null ? byMessages(request) : byFile(request, file);
            boolean keepsFile = parts.source instanceof DmaSource.File;
            DmaMapping mapping;
            try {
                mapping = space.map(
                        parts.source,
                        MapRequest.defaults()
                                .withIova(request.address())
                                .withAccess(request.access())
                                .withLabel("vfio-user client"));
            } catch (RuntimeException e) {
                throw parts.memory == null ? e : Closing.after(e, parts.memory);
            }
            if (file != null && !keepsFile) {
                file.close();
            }
            windows.put(request.address(), new Window(mapping, parts.memory, keepsFile ? file : null, parts.remote));
            mappedBytes += request.size();
        } catch (RuntimeException e) {
            throw file == null ? e : Closing.after(e, file);
        }
    }

    private void checkLimits(DmaMapRequest request) {
        ServerLimits limits = options.limits();
        if (windows.size() >= limits.dmaMaps() || request.size() > limits.mappedBytes() - mappedBytes) {
            throw new VfioException(
                    "VFIO_USER_DMA_MAP",
                    Errno.ENOSPC,
                    range(request).toString(),
                    "at most " + limits.dmaMaps() + " mappings of " + Hex.of(limits.mappedBytes()) + " bytes together");
        }
    }

    private Parts byMessages(DmaMapRequest request) {
        RemoteWindow remote = new RemoteWindow(messages, range(request), request.size());
        return new Parts(remote.source(), null, remote);
    }

    private Parts byFile(DmaMapRequest request, Fd file) {
        FileStatus status = FileStatus.of(sys, file);
        if (!status.regular() || request.offset() > status.size() - request.size()) {
            throw refused(
                    request,
                    status.regular()
                            ? "the file has " + Hex.of(status.size()) + " bytes"
                            : "the descriptor is no file that holds bytes");
        }
        boolean aligned = request.offset() % sys.pageSize() == 0;
        if (!aligned || !request.mappable()) {
            return byMessages(request);
        }
        if (!status.cannotFault()) {
            switch (options.unsealedMemory()) {
                case MESSAGES -> {
                    return byMessages(request);
                }
                case REFUSE ->
                    throw refused(
                            request,
                            status.inHugePages()
                                    ? "the file is in huge pages, in which a client can punch holes that fault"
                                    : "the file's size is not sealed");
                case MAP -> {}
            }
        }
        return mapped(request, file, status);
    }

    /** Whole blocks of the file are mapped, because huge pages cannot be unmapped in parts. */
    private Parts mapped(DmaMapRequest request, Fd file, FileStatus status) {
        long block = Math.max(status.blockSize(), sys.pageSize());
        long start = request.offset() & -block;
        long end = Math.min(roundUp(request.offset() + request.size(), block), roundUp(status.size(), sys.pageSize()));
        int protection = request.access() == Access.READ ? Abi.PROT_READ : Abi.PROT_READ | Abi.PROT_WRITE;
        Mapping memory = Mapping.ofFile(sys, file, start, end - start, protection);
        DmaSource source = new DmaSource.File(
                file,
                request.offset(),
                memory.memory().asSlice(request.offset() - start, request.size()),
                status.cannotFault());
        return new Parts(source, memory, null);
    }

    private static long roundUp(long value, long multiple) {
        return value + multiple - 1 & -multiple;
    }

    /**
     * Unmaps as the client asks: the mappings that lie in the range, of which there must be one. The protocol names one
     * mapping; QEMU with an emulated IOMMU names a range that covers any number. When it returns, nothing of this process
     * reaches the memory any more. Waits for transfers of the device, bounded.
     *
     * @throws VfioException with ENOENT if there is no mapping in the range, or it ends inside of one, EBUSY if the device
     *     does not let go of one
     */
    void unmap(DmaUnmap request) {
        List<Window> inside = request.flags() == DmaUnmap.ALL
                ? List.copyOf(windows.values())
                : inside(IovaRange.of(request.address(), request.size()));
        Closing steps = new Closing();
        inside.forEach(window -> steps.attempt(() -> end(window, GRACE)));
        steps.throwFirst();
    }

    private List<Window> inside(IovaRange range) {
        List<Window> inside = windows.values().stream()
                .filter(window -> range.overlaps(window.mapping.range()))
                .toList();
        if (inside.isEmpty() || inside.stream().anyMatch(window -> !range.contains(window.mapping.range()))) {
            throw new VfioException(
                    "VFIO_USER_DMA_UNMAP",
                    Errno.ENOENT,
                    range.toString(),
                    inside.isEmpty() ? "nothing is mapped there" : "only a whole mapping can be unmapped");
        }
        return inside;
    }

    private void end(Window window, Duration grace) {
        RemoteWindow remote = window.remote;
        if (remote != null) {
            remote.end(grace);
        }
        try {
            window.mapping.close();
        } catch (RuntimeException e) {
            if (remote != null) {
                remote.resume();
            }
            throw e;
        }
        windows.remove(window.mapping.iova());
        mappedBytes -= window.mapping.length();
        give(window.memory);
        give(window.file);
    }

    /** Gives back what nobody uses; what cannot be given back now is tried again at the end. */
    private void give(@Nullable AutoCloseable part) {
        if (part != null) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, () -> part + " cannot be given back now", e);
                leftovers.add(part);
            }
        }
    }

    /**
     * Ends all mappings of a client that has gone; may be called again.
     *
     * @throws VfioException if the device does not let go of one
     */
    void release() {
        Closing steps = new Closing();
        List.copyOf(windows.values()).forEach(window -> steps.attempt(() -> end(window, Duration.ZERO)));
        List<AutoCloseable> again = List.copyOf(leftovers);
        leftovers.clear();
        again.forEach(this::give);
        steps.throwFirst();
    }

    /**
     * Takes this process's views and files of what could not be unmapped away, at the very end: a device in this process
     * finds them closed, any other keeps what its IOMMU lets it. The device is not handed on with such mappings.
     */
    void abandon() {
        for (Window window : windows.values()) {
            give(window.memory);
            give(window.file);
        }
        windows.clear();
    }

    /** How many mappings there are. */
    int size() {
        return windows.size();
    }

    private static IovaRange range(DmaMapRequest request) {
        return IovaRange.of(request.address(), request.size());
    }

    private static VfioException refused(DmaMapRequest request, String reason) {
        return new VfioException(
                "VFIO_USER_DMA_MAP",
                Errno.EINVAL,
                "iova " + range(request) + " at file offset " + Hex.of(request.offset()),
                reason);
    }
}
