// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.FileKind;
import io.jvfio.internal.sys.FileStatus;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.PeerBudget;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.DmaUnmap;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client has mapped for DMA. A file is mapped into this process if it covers the range and cannot be made to fault;
 * everything else is reached by messages, or refused, as the options say.
 *
 * <p>Threads: one at a time.
 */
final class ClientMemory {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private static final String TRUSTED =
            "; --unsealed-memory map, or ServerOptions.withUnsealedMemory, maps it, for a client that is trusted";

    /** How long an unmap lets messages of the device finish; some clients answer none until the unmap is answered. */
    private static final Duration GRACE = Duration.ofMillis(300);

    private final SystemCalls sys;
    private final AddressSpace space;
    private final DmaMessages messages;
    private final ServerOptions options;
    private final PeerBudget.Share share;
    private final Map<Long, Window> windows = new HashMap<>();
    private final List<Held> leftovers = new ArrayList<>();
    private long mappedBytes;

    /** Whether the client's memory was said to be slow. */
    private boolean told;

    ClientMemory(SystemCalls sys, AddressSpace space, DmaMessages messages, ServerOptions options) {
        this.sys = sys;
        this.space = space;
        this.messages = messages;
        this.options = options;
        this.share = PeerBudget.ofProcess().share(sys);
    }

    /**
     * One mapping of the client.
     *
     * @param mapping in the device's address space
     * @param parts what it is made of
     */
    private record Window(DmaMapping mapping, Parts parts) {}

    /**
     * What a window is made of.
     *
     * @param held the client's memory in this process, and its file if the space needs that on
     * @param remote how it is reached by messages, or null
     */
    private record Parts(
            DmaSource source, List<Held> held, @Nullable RemoteWindow remote) {}

    /** Something that this process has only so much of for its peers. */
    private record Held(Object part, Runnable end, PeerBudget.Share share, PeerBudget.Kind kind)
            implements AutoCloseable {
        @Override
        public void close() {
            end.run();
            share.give(kind);
        }
    }

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
            DmaMapping mapping;
            try {
                mapping = space.map(
                        parts.source,
                        MapRequest.defaults()
                                .withIova(request.address())
                                .withAccess(request.access())
                                .withLabel("vfio-user client"));
            } catch (RuntimeException | Error e) {
                parts.held.forEach(held -> Closing.after(e, held));
                throw e;
            }
            if (file != null && !(parts.source instanceof DmaSource.File)) {
                file.close();
            }
            windows.put(request.address(), new Window(mapping, parts));
            mappedBytes += request.size();
        } catch (RuntimeException | Error e) {
            if (file != null) {
                Closing.after(e, file);
            }
            throw e;
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
        return new Parts(remote.source(), List.of(), remote);
    }

    private Parts byFile(DmaMapRequest request, Fd file) {
        if (options.unsealedMemory() != ServerOptions.UnsealedMemory.MAP && !FileStatus.isMemory(sys, file)) {
            return unseen(request, file);
        }
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
            return byMessages(request, "it is not given to be mapped in whole pages", "");
        }
        if (!status.cannotFault()) {
            switch (options.unsealedMemory()) {
                case MESSAGES -> {
                    return byMessages(
                            request, status.inHugePages() ? "it is in huge pages" : "its size is not sealed", TRUSTED);
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

    /** A file that only its keeper could tell of, who may not answer: it is not asked for. */
    private Parts unseen(DmaMapRequest request, Fd file) {
        FileKind kind = FileKind.of(file);
        if (!kind.inFileSystem()) {
            throw refused(request, "the descriptor is no file that holds bytes but " + kind.name());
        }
        if (options.unsealedMemory() == ServerOptions.UnsealedMemory.REFUSE) {
            throw refused(request, "the file is not in memory, so that its size is not sealed");
        }
        return byMessages(request, "its file is not in memory", TRUSTED);
    }

    /** Says it once for a client, whose transfers will be slow. */
    private Parts byMessages(DmaMapRequest request, String reason, String hint) {
        if (!told) {
            told = true;
            LOG.log(
                    System.Logger.Level.INFO,
                    "memory of a vfio-user client is reached by messages, which is slow: {0}{1}",
                    reason,
                    hint);
        }
        return byMessages(request);
    }

    /** Whole blocks of the file are mapped, because huge pages cannot be unmapped in parts. */
    private Parts mapped(DmaMapRequest request, Fd file, FileStatus status) {
        long block = Math.max(status.blockSize(), sys.pageSize());
        long start = request.offset() & -block;
        long end = Math.min(roundUp(request.offset() + request.size(), block), roundUp(status.size(), sys.pageSize()));
        int protection = request.access() == Access.READ ? Abi.PROT_READ : Abi.PROT_READ | Abi.PROT_WRITE;
        Mapping memory = counted(
                PeerBudget.Kind.MAPPING, request, () -> Mapping.ofFile(sys, file, start, end - start, protection));
        Held held = new Held(memory, memory::close, share, PeerBudget.Kind.MAPPING);
        MemorySegment view = memory.memory().asSlice(request.offset() - start, request.size());
        if (!space.keepsFiles()) {
            return new Parts(new DmaSource.Segment(view, status.cannotFault()), List.of(held), null);
        }
        try {
            Fd kept = counted(PeerBudget.Kind.DESCRIPTOR, request, () -> file);
            return new Parts(
                    new DmaSource.File(kept, request.offset(), view, status.cannotFault()),
                    List.of(held, new Held(kept, kept::close, share, PeerBudget.Kind.DESCRIPTOR)),
                    null);
        } catch (RuntimeException e) {
            throw Closing.after(e, held);
        }
    }

    /** Makes what this process has only so much of for its peers. */
    private <T> T counted(PeerBudget.Kind kind, DmaMapRequest request, Supplier<T> maker) {
        if (!share.take(kind)) {
            throw new VfioException(
                    "VFIO_USER_DMA_MAP",
                    Errno.ENOSPC,
                    range(request).toString(),
                    "this process has no more for its clients: raise RLIMIT_NOFILE or vm.max_map_count");
        }
        try {
            return maker.get();
        } catch (RuntimeException | Error e) {
            share.give(kind);
            throw e;
        }
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
        RemoteWindow remote = window.parts.remote;
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
        window.parts.held.forEach(this::give);
    }

    /** Gives back what nobody uses; what cannot be given back now is tried again at the end. */
    private void give(Held held) {
        try {
            held.close();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, () -> held.part + " cannot be given back now", e);
            leftovers.add(held);
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
        List<Held> again = List.copyOf(leftovers);
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
            window.parts.held.forEach(this::give);
        }
        windows.clear();
    }

    /** What the client has of what this process has only so much of. */
    PeerBudget.Share share() {
        return share;
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
