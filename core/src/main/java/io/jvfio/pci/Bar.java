// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Hex;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.config.PciRegisters;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One base address register of a device, with the memory or I/O space behind it.
 *
 * <p>Nothing is mapped before it is asked for, and what is mapped stays so until the device is closed. Maps of the same
 * part share one window, so asking again costs nothing.
 *
 * <p>Threads: thread-safe.
 */
public final class Bar {

    /** What a driver says of a BAR of its device. */
    public enum Promise {
        /** Reading has no side effect, and writes may be of any width: the BAR is memory, whatever its flag says. */
        NO_SIDE_EFFECTS
    }

    private final PciDevice device;
    private final RegionInfo info;
    private final int flags;
    private final Windows windows;
    private final int pageSize;

    /**
     * A BAR that exists.
     *
     * @param flags the low bits of the register in config space
     */
    Bar(PciDevice device, RegionInfo info, int flags, Windows windows, int pageSize) {
        this.device = device;
        this.info = info;
        this.flags = flags;
        this.windows = windows;
        this.pageSize = pageSize;
    }

    /** Its number, 0 to 5. */
    public int index() {
        return info.index();
    }

    /** How large it is, in bytes. */
    public long size() {
        return info.size();
    }

    /** Whether it is I/O space; such a BAR is never mapped. */
    public boolean isIo() {
        return (flags & PciRegisters.BAR_IO) != 0;
    }

    /** Whether it is memory with a 64-bit address, so that the next number is its upper half. */
    public boolean is64Bit() {
        return !isIo() && (flags & PciRegisters.BAR_TYPE_MASK) == PciRegisters.BAR_TYPE_64;
    }

    /** Whether it is memory whose reads have no side effects. */
    public boolean isPrefetchable() {
        return !isIo() && (flags & PciRegisters.BAR_PREFETCHABLE) != 0;
    }

    /**
     * Access to all of the BAR. The largest part that can be mapped is; on the first call this blocks as {@code mmap}
     * does. Where nothing can be mapped each access is a call: I/O space, s390x, a peer without shared memory.
     *
     * @throws IllegalStateException if the device is closed
     * @throws io.jvfio.VfioException if a map fails that the device offers
     */
    public Mmio mmio() {
        return mmio(0, size());
    }

    /**
     * Access to all of the BAR, with the window only inside these bytes: for a BAR with a hole whose smaller part matters,
     * or one too large to map whole. Offsets still count from the BAR's start, and accesses outside the window work as
     * calls.
     *
     * @param offset where the window should start, in bytes
     * @param length how long it should be, in bytes, more than 0
     * @throws IndexOutOfBoundsException if these bytes are not inside the BAR
     * @throws IllegalStateException if the device is closed
     * @throws io.jvfio.VfioException if a map fails that the device offers
     */
    public Mmio mmio(long offset, long length) {
        device.checkOpen();
        if (offset < 0 || length <= 0 || offset > size() || length > size() - offset) {
            throw new IndexOutOfBoundsException(
                    Hex.of(length) + " bytes at offset " + Hex.of(offset) + " are no part of " + this);
        }
        Mmio registers = Mmio.of(new RegionPort(device.device(), index()), size(), subject());
        RegionArea area = largestArea(offset, length);
        if (area == null) {
            return registers;
        }
        Optional<RegionMapping> mapping = windows.open(index(), area.offset(), area.size());
        return mapping.isEmpty()
                ? registers
                : registers.withWindow(mapping.get().memory(), mapping.get().offset(), device.faults());
    }

    /**
     * Bulk access to a prefetchable BAR.
     *
     * @throws IllegalStateException if it is not prefetchable, or the device is closed
     */
    public BarMemory memory() {
        if (!isPrefetchable()) {
            throw new IllegalStateException(
                    this + " is not prefetchable: reads may have side effects; a driver that knows better says so");
        }
        return new BarMemory(device, index(), mmio());
    }

    /**
     * Bulk access to a BAR of which the driver knows that it is memory.
     *
     * @param promise what the driver knows
     * @throws IllegalStateException if the device is closed
     */
    public BarMemory memory(@SuppressWarnings("unused") Promise promise) {
        return new BarMemory(device, index(), mmio());
    }

    /** {@code 0000:01:00.0 BAR 0 (memory, 64-bit, prefetchable, 0x4000 bytes)}. */
    @Override
    public String toString() {
        String kind = isIo() ? "I/O" : is64Bit() ? "memory, 64-bit" : "memory";
        return subject() + " (" + kind + (isPrefetchable() ? ", prefetchable" : "") + ", " + Hex.of(size()) + " bytes)";
    }

    private String subject() {
        return device.name() + " BAR " + index();
    }

    /**
     * The largest part of one mappable area inside these bytes, widened to the start of its page, or null. Areas may come
     * from an untrusted peer, so they are cut to the BAR and to pages.
     */
    private @Nullable RegionArea largestArea(long offset, long length) {
        RegionArea best = null;
        for (RegionArea area : info.mmapAreas()) {
            long first = Math.max(pageUp(area.offset()), offset & -pageSize);
            long end = Math.min(area.end(), offset + length);
            if (first >= area.offset() && first < end && (best == null || end - first > best.size())) {
                best = new RegionArea(first, end - first);
            }
        }
        return best;
    }

    /** Rounded up to a page; negative if that is no offset any more. */
    private long pageUp(long offset) {
        return (offset + pageSize - 1) & -pageSize;
    }
}
