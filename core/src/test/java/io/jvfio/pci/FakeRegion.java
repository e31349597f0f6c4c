// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.VfioException;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A BAR or ROM of a {@link FakeDevice}: a file that can be mapped, and can be cut short to make its mappings fault. */
final class FakeRegion implements AutoCloseable {
    private static final int READ_WRITE_MMAP = 7;
    private static final int READ_WRITE = 3;

    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger maps = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();

    private final SystemCalls sys;
    private final int index;
    private final long size;
    private final List<RegionArea> areas;
    private final Descriptor file;
    private final Mapping own;

    /** Whether maps are refused although areas promise them, as a peer without shared memory does. */
    boolean refuseMaps;

    FakeRegion(SystemCalls sys, int index, long size, List<RegionArea> areas) {
        this.sys = sys;
        this.index = index;
        this.size = size;
        this.areas = areas;
        this.file = Descriptor.of(sys, sys.memfdCreate("fake region", Abi.MFD_CLOEXEC), "memfd_create", "fake region");
        resize(size);
        this.own = Mapping.ofFile(sys, file, 0, size, Abi.PROT_READ | Abi.PROT_WRITE);
    }

    RegionInfo info() {
        return new RegionInfo(index, areas.isEmpty() ? READ_WRITE : READ_WRITE_MMAP, size, areas, List.of());
    }

    /** The bytes as the device sees them. */
    MemorySegment memory() {
        return own.memory();
    }

    /** Cuts the file to nothing: every mapped access faults from now on. */
    void vanish() {
        resize(0);
    }

    /** Undoes {@link #vanish}, with zeroes. */
    void comeBack() {
        resize(size);
    }

    private void resize(long bytes) {
        int number = file.acquire();
        try {
            int result = sys.ftruncate(number, bytes);
            if (result < 0) {
                throw VfioException.of("ftruncate", -result, "fake region");
            }
        } finally {
            file.release();
        }
    }

    Optional<RegionMapping> map(long offset, long length, Runnable onClose) {
        if (refuseMaps || areas.stream().noneMatch(area -> area.contains(offset, length))) {
            return Optional.empty();
        }
        maps.incrementAndGet();
        open.incrementAndGet();
        Mapping mapping = Mapping.ofFile(sys, file, offset, length, Abi.PROT_READ | Abi.PROT_WRITE);
        return Optional.of(new RegionMapping() {
            @Override
            public MemorySegment memory() {
                return mapping.memory();
            }

            @Override
            public long offset() {
                return offset;
            }

            @Override
            public void close() {
                if (mapping.isOpen()) {
                    open.decrementAndGet();
                    onClose.run();
                }
                mapping.close();
            }
        });
    }

    long read(long offset, int width) {
        calls.incrementAndGet();
        MemorySegment memory = own.memory();
        return switch (width) {
            case 1 -> memory.get(Layouts.BYTE, offset) & 0xffL;
            case 2 -> memory.get(Layouts.LE_SHORT, offset) & 0xffffL;
            case 4 -> memory.get(Layouts.LE_INT, offset) & 0xffffffffL;
            default -> memory.get(Layouts.LE_LONG, offset);
        };
    }

    void write(long offset, int width, long value) {
        calls.incrementAndGet();
        MemorySegment memory = own.memory();
        switch (width) {
            case 1 -> memory.set(Layouts.BYTE, offset, (byte) value);
            case 2 -> memory.set(Layouts.LE_SHORT, offset, (short) value);
            case 4 -> memory.set(Layouts.LE_INT, offset, (int) value);
            default -> memory.set(Layouts.LE_LONG, offset, value);
        }
    }

    /** Moves at most 100 bytes of what was asked for, as a carrier may. */
    int transfer(long offset, MemorySegment bytes, boolean reading) {
        calls.incrementAndGet();
        long moved = Math.min(Math.min(bytes.byteSize(), 100), size - offset);
        MemorySegment mine = own.memory().asSlice(offset, moved);
        if (reading) {
            MemorySegment.copy(mine, 0, bytes, 0, moved);
        } else {
            MemorySegment.copy(bytes, 0, mine, 0, moved);
        }
        return (int) moved;
    }

    @Override
    public void close() {
        own.close();
        file.close();
    }
}
