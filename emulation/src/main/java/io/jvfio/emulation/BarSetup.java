// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Hex;
import io.jvfio.device.PostedRegisters;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.variant.RegionOps;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A BAR of a model that is being set up. 32 bits wide and not prefetchable unless told otherwise.
 *
 * <p>Threads: one at a time.
 */
public final class BarSetup {
    private final int index;
    private final long size;
    private final BarMemory memory;
    private boolean wide;
    private boolean prefetchable;
    private boolean ports;
    private @Nullable RegionOps ops;
    private @Nullable RegisterMap map;
    private final List<PostedRegisters.Register> posted = new ArrayList<>();

    BarSetup(int index, long size, BarMemory memory) {
        this.index = index;
        this.size = size;
        this.memory = memory;
    }

    /** Makes it a 64-bit BAR, which takes the place of the next one too. */
    public BarSetup wide() {
        if (index == PciRegisters.BAR_COUNT - 1 || ports) {
            throw new IllegalArgumentException("BAR " + index + " cannot be a 64-bit BAR");
        }
        wide = true;
        return this;
    }

    /** Says that reads have no side effects. */
    public BarSetup prefetchable() {
        prefetchable = true;
        return this;
    }

    /** Makes it a range of I/O ports. */
    public BarSetup ports() {
        if (wide || size > 0x100) {
            throw new IllegalArgumentException(
                    "BAR " + index + " of " + Hex.of(size) + " bytes cannot be I/O ports: at most 256, in 32 bits");
        }
        ports = true;
        return this;
    }

    /**
     * Says what register accesses do, where nothing else is: offsets are from the BAR's start. Without this they read as 0
     * and ignore what is written.
     *
     * @param registers the model's; called by any number of threads
     */
    public BarSetup registers(RegionOps registers) {
        ops = Objects.requireNonNull(registers, "registers");
        return this;
    }

    /** Says what register accesses do, for registers that need no more than that. */
    public BarSetup registers(RegisterPort registers) {
        return registers(RegionOps.of(registers));
    }

    /** Says which registers there are, for {@link ModelReport}; without it no access counts as missing. */
    public BarSetup described(RegisterMap registers) {
        map = Objects.requireNonNull(registers, "registers");
        return this;
    }

    /**
     * Says that registers side by side are doorbells, as {@link PostedRegisters} has it. Those that are said first go first
     * where there is not enough for all.
     *
     * @param offset bytes from the BAR's start
     * @param width of each in bytes
     * @param count how many
     * @throws IllegalArgumentException if they are not inside, or not aligned
     */
    public BarSetup posted(long offset, int width, int count) {
        if (offset < 0 || count < 0 || offset > size - (long) width * count) {
            throw new IllegalArgumentException(
                    count + " registers at " + Hex.of(offset) + " are not inside BAR " + index);
        }
        for (int i = 0; i < count; i++) {
            posted.add(new PostedRegisters.Register(offset + (long) i * width, width));
        }
        return this;
    }

    /**
     * Makes a part of the BAR memory that clients can map, across processes too: what is written there the model finds in
     * the segment, and nobody tells it ({@link ModelWorker#polling}). Register accesses to the part go to the same memory.
     *
     * @param offset bytes from the BAR's start, a multiple of the page size
     * @param length bytes, a multiple of the page size
     * @return the memory, zeroed, valid until the device is closed; a reset does not change it
     * @throws IllegalArgumentException if the part is not inside, not aligned, or overlaps another
     * @throws io.jvfio.VfioException if there is no memory
     */
    public MemorySegment memory(long offset, long length) {
        return memory.area(offset, length);
    }

    int index() {
        return index;
    }

    long size() {
        return size;
    }

    boolean isWide() {
        return wide;
    }

    boolean isPorts() {
        return ports;
    }

    BarMemory barMemory() {
        return memory;
    }

    RegionOps ops() {
        return ops == null ? ModelRegion.NOTHING : ops;
    }

    List<PostedRegisters.Register> posted() {
        return List.copyOf(posted);
    }

    /** A BAR of memory alone has no registers. */
    @Nullable RegisterMap map() {
        return map == null && ops == null ? RegisterMap.NONE : map;
    }

    /** The low bits of the BAR's register. */
    int flags() {
        return (ports ? PciRegisters.BAR_IO : 0)
                | (wide ? PciRegisters.BAR_TYPE_64 : 0)
                | (prefetchable ? PciRegisters.BAR_PREFETCHABLE : 0);
    }
}
