// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionMapping;
import io.jvfio.variant.RegionOps;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All of a BAR: its memory, the MSI-X table and pending bits where they are here, and the model's registers elsewhere.
 *
 * <p>Threads: thread-safe; register access takes no lock and allocates nothing.
 */
final class BarOps implements RegionOps {
    private final BarMemory memory;
    private final boolean hasMemory;
    private final RegionOps registers;
    private final @Nullable MsixWindow msix;

    BarOps(BarSetup setup, @Nullable MsixWindow msix) {
        this.memory = setup.barMemory();
        this.hasMemory = !memory.places().isEmpty();
        this.registers = setup.ops();
        this.msix = msix;
    }

    /** Whether a byte is neither memory nor MSI-X. */
    boolean isModels(long offset) {
        return !(hasMemory && memory.has(offset)) && (msix == null || !msix.has(offset));
    }

    @Override
    public long read(long offset, int width) {
        if (hasMemory && memory.has(offset)) {
            return memory.read(offset, width);
        }
        if (msix != null && msix.has(offset)) {
            return msix.read(offset, width);
        }
        return registers.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (hasMemory && memory.has(offset)) {
            memory.write(offset, width, value);
        } else if (msix != null && msix.has(offset)) {
            msix.write(offset, width, value);
        } else {
            registers.write(offset, width, value);
        }
    }

    @Override
    public List<RegionArea> mmapAreas() {
        return memory.places();
    }

    @Override
    public Optional<RegionMapping> map(long offset, long length) {
        return memory.map(offset, length);
    }

    @Override
    public Optional<RegionFile> file() {
        return memory.file();
    }

    @Override
    public void release() {
        try (memory) {
            registers.release();
        }
    }
}
