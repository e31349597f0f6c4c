// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionMapping;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SharedWord;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a BAR that are memory: areas of one file, which is as large as the BAR and takes pages only where it is
 * used.
 *
 * <p>Threads: one at a time while it is set up, thread-safe after that.
 */
final class BarMemory implements AutoCloseable {
    /** How much is copied at a time; whole pages on every machine. */
    private static final int PART = 64 * 1024;

    private record Area(RegionArea place, Mapping mapping) {}

    private final SystemCalls sys;
    private final String name;
    private final long size;
    private final List<Area> areas = new ArrayList<>();

    /** What users of the device have mapped. Guarded by this. */
    private final Set<Area> windows = new HashSet<>();

    /** Set up once; exchanged under this. */
    private @Nullable MemFd file;

    BarMemory(SystemCalls sys, String name, long size) {
        this.sys = sys;
        this.name = name;
        this.size = size;
    }

    MemorySegment area(long offset, long length) {
        long page = sys.pageSize();
        if (offset < 0 || length <= 0 || offset % page != 0 || length % page != 0 || offset > size - length) {
            throw new IllegalArgumentException(Hex.of(length) + " bytes at " + Hex.of(offset) + " cannot be memory of "
                    + name + ", of " + Hex.of(size) + " bytes in pages of " + Hex.of(page));
        }
        if (find(offset, length) != null) {
            throw new IllegalArgumentException(name + " has memory at " + Hex.of(offset) + " already");
        }
        if (file == null) {
            file = MemFd.of(sys, name, size);
        }
        Mapping mapping = file.map(offset, length);
        areas.add(new Area(new RegionArea(offset, length), mapping));
        areas.sort((a, b) -> Long.compare(a.place.offset(), b.place.offset()));
        return mapping.memory();
    }

    /** Whether a byte is memory. */
    boolean has(long offset) {
        return find(offset, 1) != null;
    }

    boolean overlaps(long offset, long length) {
        return find(offset, length) != null;
    }

    List<RegionArea> places() {
        return areas.stream().map(Area::place).toList();
    }

    long read(long offset, int width) {
        Area area = at(offset);
        return SharedWord.get(area.mapping.memory(), offset - area.place.offset(), width);
    }

    void write(long offset, int width, long value) {
        Area area = at(offset);
        SharedWord.set(area.mapping.memory(), offset - area.place.offset(), width, value);
    }

    synchronized Optional<RegionMapping> map(long offset, long length) {
        Area area = find(offset, length);
        MemFd memory = file;
        if (area == null || memory == null || !area.place.contains(offset, length)) {
            return Optional.empty();
        }
        Mapping mapping = Mapping.ofFile(sys, memory.fd(), offset, length, Abi.PROT_READ | Abi.PROT_WRITE);
        Area window = new Area(new RegionArea(offset, length), mapping);
        windows.add(window);
        return Optional.of(RegionMapping.of(mapping.memory(), offset, () -> end(window)));
    }

    private synchronized void end(Area window) {
        window.mapping.close();
        windows.remove(window);
    }

    /**
     * Puts another file with the same content under the areas and the windows of this process, so that whoever has the old
     * one reaches nothing. What the device writes meanwhile may be lost: it is at rest, or its client is.
     */
    private synchronized boolean revoke() {
        MemFd old = file;
        if (old == null) {
            return true;
        }
        MemFd next = MemFd.of(sys, name, size);
        List<Area> exchanged = new ArrayList<>();
        try {
            for (Area area : areas) {
                copy(old, next, area.place);
            }
            for (Area part : Stream.concat(areas.stream(), windows.stream()).toList()) {
                part.mapping.exchange(next.fd(), part.place.offset());
                exchanged.add(part);
            }
        } catch (RuntimeException e) {
            throw Closing.after(
                    e, next, () -> exchanged.forEach(part -> part.mapping.exchange(old.fd(), part.place.offset())));
        }
        file = next;
        old.close();
        return true;
    }

    /** Copies what is not zero; pages that nobody has used are left out of both files. */
    private static void copy(MemFd from, MemFd to, RegionArea place) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = arena.allocate(PART);
            MemorySegment zeroes = arena.allocate(PART);
            for (long at = place.offset(); at < place.end(); at += PART) {
                long size = Math.min(PART, place.end() - at);
                check("pread", from.fd().pread(part, size, at), size);
                if (MemorySegment.mismatch(part, 0, size, zeroes, 0, size) >= 0) {
                    check("pwrite", to.fd().pwrite(part, size, at), size);
                }
            }
        }
    }

    private static void check(String call, long moved, long size) {
        if (moved != size) {
            int errno = moved < 0 ? (int) -moved : Errno.EIO;
            throw VfioException.of(call, errno, Hex.of(size) + " bytes of a model's memory");
        }
    }

    synchronized Optional<RegionFile> file() {
        return file == null
                ? Optional.empty()
                : Optional.of(new RegionFile(file.fd(), 0, places(), RegionFile.Reach.AREAS, this::revoke));
    }

    @Override
    public synchronized void close() {
        Closing steps = new Closing();
        areas.forEach(area -> steps.attempt(area.mapping::close));
        if (file != null) {
            steps.attempt(file::close);
        }
        steps.throwFirst();
    }

    private Area at(long offset) {
        Area area = find(offset, 1);
        if (area == null) {
            throw new IndexOutOfBoundsException(name + " has no memory at " + Hex.of(offset));
        }
        return area;
    }

    /** The first area that shares a byte with a range. */
    private @Nullable Area find(long offset, long length) {
        for (int i = 0; i < areas.size(); i++) {
            RegionArea place = areas.get(i).place;
            if (offset < place.end() && place.offset() < offset + length) {
                return areas.get(i);
            }
        }
        return null;
    }
}
