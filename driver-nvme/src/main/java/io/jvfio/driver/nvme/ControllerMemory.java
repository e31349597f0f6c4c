// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.iommu.IovaRange;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.Bar;
import io.jvfio.pci.PciDevice;
import java.util.BitSet;
import java.util.List;

/**
 * The controller memory buffer (4.8 of the specification), of which submission queues get whole pages.
 *
 * <p>Threads: guarded by the controller's lock.
 */
final class ControllerMemory {
    private static final int PAGE = 4096;
    private static final int LARGEST_UNIT = 6;

    private final PciDevice device;
    private final Mmio registers;
    private final Mmio memory;
    private final long base;
    private final BitSet used = new BitSet();

    /**
     * Pages of a queue.
     *
     * @param memory where this process writes them
     * @param address where the controller finds them
     * @param firstPage which they are in the buffer
     * @param pages how many
     */
    record Part(Mmio memory, long address, int firstPage, int pages) {}

    private ControllerMemory(PciDevice device, Mmio registers, Mmio memory, long base) {
        this.device = device;
        this.registers = registers;
        this.memory = memory;
        this.base = base;
    }

    /**
     * Finds the buffer and switches it on.
     *
     * @throws IllegalStateException if there is none that takes submission queues
     * @throws ControllerFailedException if it is not where the controller says
     */
    static ControllerMemory of(PciDevice device, Mmio registers, ControllerCaps capabilities) {
        if (!capabilities.controllerMemory()) {
            throw new IllegalStateException(device.name() + " has no controller memory buffer whose address this host"
                    + " may choose (CAP.CMBS)");
        }
        show(device, registers);
        int location = device.guard(() -> registers.read(ControllerRegisters.CMBLOC));
        int size = device.guard(() -> registers.read(ControllerRegisters.CMBSZ));
        if (size == 0 || !ControllerRegisters.CMBSZ_SQS.isSet(size)) {
            throw new IllegalStateException(
                    device.name() + " has no controller memory buffer that takes submission queues");
        }
        int unitShift = ControllerRegisters.CMBSZ_SZU.of(size);
        if (unitShift > LARGEST_UNIT) {
            throw new ControllerFailedException(device.name(), "CMBSZ has the unit " + unitShift);
        }
        long unit = (long) PAGE << 4 * unitShift;
        long offset = ControllerRegisters.CMBLOC_OFST.of(location) * unit;
        long length = ControllerRegisters.CMBSZ_SZ.of(size) * unit;
        Bar bar = bar(device, ControllerRegisters.CMBLOC_BIR.of(location));
        if (length < PAGE || offset > bar.size() || length > bar.size() - offset) {
            throw new ControllerFailedException(
                    device.name(),
                    "its memory buffer of " + Hex.of(length) + " bytes at " + Hex.of(offset) + " does not fit " + bar);
        }
        long base = unusedAddress(device, length);
        ControllerMemory found =
                new ControllerMemory(device, registers, bar.mmio().slice(offset, length), base);
        found.enable();
        return found;
    }

    /** Tells the controller where the buffer is for it. */
    void enable() {
        long control = ControllerRegisters.CMBMSC_CRE.set(0L, 1) | ControllerRegisters.CMBMSC_CMSE.set(0L, 1) | base;
        // The half with the enable bits comes last: it is then that the controller looks at the address.
        device.guard(() -> registers.write64HighFirst(ControllerRegisters.CMBMSC.offset(), control));
    }

    /**
     * Takes pages for a queue.
     *
     * @param size bytes, more than 0
     * @throws IllegalStateException if there is no room
     */
    Part reserve(long size) {
        int pages = Math.toIntExact((size + PAGE - 1) / PAGE);
        int limit = (int) Math.min(memory.size() / PAGE, Integer.MAX_VALUE);
        for (int start = used.nextClearBit(0); start <= limit - pages; start = used.nextClearBit(start + 1)) {
            int taken = used.nextSetBit(start);
            if (taken < 0 || taken - start >= pages) {
                used.set(start, start + pages);
                long offset = (long) start * PAGE;
                return new Part(memory.slice(offset, size), base + offset, start, pages);
            }
        }
        throw new IllegalStateException(
                "the controller memory buffer of " + device.name() + " has no room for " + Hex.of(size) + " bytes");
    }

    void free(Part part) {
        used.clear(part.firstPage(), part.firstPage() + part.pages());
    }

    private static void show(PciDevice device, Mmio registers) {
        long control = ControllerRegisters.CMBMSC_CRE.set(0L, 1);
        device.guard(() -> registers.write64HighFirst(ControllerRegisters.CMBMSC.offset(), control));
    }

    private static Bar bar(PciDevice device, int index) {
        try {
            return device.bar(index);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new ControllerFailedException(device.name(), "its memory buffer is in BAR " + index, e);
        }
    }

    /** Where no DMA memory can be, now or later: above all that the IOMMU translates. */
    private static long unusedAddress(PciDevice device, long length) {
        List<IovaRange> usable = device.dma().addressSpace().usable();
        long last = usable.isEmpty() ? 0 : usable.getLast().last();
        long unit = Math.max(Long.highestOneBit(length) << 1, PAGE);
        long start = (last | unit - 1) + 1;
        if (Long.compareUnsigned(start, last) <= 0 || Long.compareUnsigned(start + length, start) <= 0) {
            throw new IllegalStateException(
                    "there is no address outside DMA memory for the controller memory buffer of " + device.name());
        }
        return start;
    }
}
