// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Closing;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.MemoryNodes;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The memory that one device reaches by DMA: what a driver author allocates and maps.
 *
 * <p>All that is made here belongs to the device and is closed with it. Devices may share an address space; then each
 * reaches what the others have mapped, but the DMA mask and the ownership are the device's own.
 *
 * <p>Threads: thread-safe.
 */
public final class Dma {
    private static final long SLAB = 2 << 20;

    private final Supplier<? extends AddressSpace> space;
    private final SystemCalls sys;
    private final IovaRange reach;
    private final int node;
    private final String device;
    private final Quarantine quarantine = new Quarantine();

    /** What is open, in the order of making. Guarded by this. */
    private final Set<Lease> open = new LinkedHashSet<>();

    private boolean closed;
    private volatile int addressBits = 64;

    private Dma(
            Supplier<? extends AddressSpace> space, SystemCalls systemCalls, IovaRange reach, int node, String device) {
        this.space = space;
        this.sys = systemCalls;
        this.reach = reach;
        this.node = node;
        this.device = device;
    }

    /** The DMA memory of a device; see {@link DmaOwner#of}. */
    static Dma of(
            Supplier<? extends AddressSpace> space, SystemCalls systemCalls, IovaRange reach, int node, String device) {
        return new Dma(space, systemCalls, reach, node, device);
    }

    /** The address space that the device is in. Others may share it. */
    public AddressSpace addressSpace() {
        return space.get();
    }

    /** How many address bits the device has: 64 unless told otherwise. */
    public int addressBits() {
        return addressBits;
    }

    /**
     * Says how many address bits the device has, its DMA mask; call it before anything is mapped. Addresses are chosen
     * within, and a fixed one outside is refused.
     *
     * @param bits 1 to 64
     * @throws IllegalArgumentException if it is not in 1 to 64
     * @throws IllegalStateException if something is mapped through this object where the device could not reach it
     */
    public synchronized void addressBits(int bits) {
        IovaRange mask = IovaRange.ofBits(bits);
        for (Lease lease : open) {
            if (!lease.within(mask)) {
                throw new IllegalStateException(
                        lease + " lies outside the " + bits + " address bits that " + device + " is said to have");
            }
        }
        addressBits = bits;
    }

    /**
     * Makes and maps memory for reading and writing, in ordinary pages.
     *
     * @param size bytes, more than 0; what is mapped ends at the end of the last page
     * @return the buffer, zeroed, for the caller to close when it is not needed any more; the device's close does it at the
     *     latest
     */
    public DmaBuffer allocate(long size) {
        return allocate(size, DmaOptions.defaults());
    }

    /**
     * Makes and maps memory. Costs system calls and, later, a close of some 20 to 40 microseconds: for many small
     * buffers take a {@link #pool}. Behind an IOMMU an address that is not fixed is aligned to the size of the pages, so
     * that the IOMMU has huge ones as well.
     *
     * @param size bytes, more than 0; what is mapped ends at the end of the last page
     * @return the buffer, zeroed, owned by the caller
     * @throws IllegalArgumentException if size or options do not fit the device or its address space
     * @throws IovaExhaustedException if no usable range that the device reaches has room
     * @throws VfioException if there is no such memory, or the carrier refuses; nothing is left behind
     * @throws IllegalStateException if the device is closed
     */
    public DmaBuffer allocate(long size, DmaOptions options) {
        Allocation allocation = make(size, options);
        return new DmaBuffer(
                allocation,
                allocation.mapping(),
                allocation.memory().asSlice(0, size),
                0,
                allocation.pageSize(),
                options.request().label());
    }

    /**
     * Makes and maps one slab of ordinary pages, from which buffers are cut.
     *
     * @param size bytes, more than 0; rounded up to a multiple of 2 MiB
     * @return the pool, owned by the caller
     */
    public DmaPool pool(long size) {
        return pool(size, DmaOptions.defaults());
    }

    /**
     * Makes and maps one slab, from which buffers are cut. Behind an IOMMU its address is aligned to 2 MiB; huge pages
     * make the most of that.
     *
     * @param size bytes, more than 0; rounded up to a multiple of 2 MiB
     * @return the pool, owned by the caller
     * @throws IllegalArgumentException if size or options do not fit the device or its address space
     * @throws IovaExhaustedException if no usable range that the device reaches has room
     * @throws VfioException if there is no such memory, or the carrier refuses; nothing is left behind
     * @throws IllegalStateException if the device is closed
     */
    public DmaPool pool(long size, DmaOptions options) {
        long alignment = addressSpace().translated() ? SLAB : 1;
        DmaOptions aligned =
                options.withAlignment(Math.max(alignment, options.request().alignment()));
        return new DmaPool(
                make(DmaMemory.roundUp(size, SLAB), aligned), options.request().label());
    }

    /**
     * Maps memory of the caller for reading and writing, wherever there is room:
     * {@link #map(Arena, MemorySegment, MapRequest)}.
     */
    public DmaBuffer map(Arena arena, MemorySegment memory) {
        return map(arena, memory, MapRequest.defaults());
    }

    /**
     * Maps memory of the caller. This is a restricted operation in all but name, for which the caller answers: the device
     * can write the memory whatever Java knows of it. What lies on the same pages is exposed too, so both ends must be
     * page-aligned, and a file that is mapped there can be truncated by others.
     *
     * <p>The mapping ends when the buffer is closed, and at the latest when the arena is: before it frees the memory. An
     * arena frees its memory even if the unmap fails then; in that case the pages are exchanged for fresh ones first, so
     * that the device keeps writing into pages that nobody has any more. If even that fails, the arena's close throws,
     * and the memory must be taken for corrupted.
     *
     * @param arena the arena of the memory, a shared one: a confined arena of JDK 25 may free memory before it runs any
     *     action, and so before the unmap
     * @param memory native, of that arena, address and size multiples of the IOMMU's page size
     * @param request where to map, with which rights
     * @return the mapping as a buffer, owned by the caller; closing it leaves the memory alone
     * @throws IllegalArgumentException if the memory is not as said: on the heap, of another arena or of one that is not
     *     shared, read-only but to be written, or not aligned; or if the address space has no IOMMU
     * @throws IovaExhaustedException if no usable range that the device reaches has room
     * @throws VfioException if the carrier refuses; nothing is left mapped
     * @throws IllegalStateException if the device or the arena is closed
     */
    public DmaBuffer map(Arena arena, MemorySegment memory, MapRequest request) {
        ForeignMap.check(arena, memory);
        AddressSpace target = addressSpace();
        if (!target.translated()) {
            throw new IllegalArgumentException("without an IOMMU " + device
                    + " could write to memory that the caller has freed; use a buffer that jvfio has made");
        }
        DmaMapping mapping = map(target, new DmaSource.Segment(memory), request);
        ForeignMap map = ForeignMap.of(sys, mapping, arena, this::forget);
        remember(map);
        return new DmaBuffer(map, mapping, memory, 0, sys.pageSize(), request.label());
    }

    /** What an address means for this device. */
    public IovaExplanation explain(long iova) {
        if (!IovaRange.ofBits(addressBits).contains(iova)) {
            return new IovaExplanation.OutsideMask(iova, addressBits);
        }
        return reach.contains(iova)
                ? addressSpace().mappings().explain(iova)
                : new IovaExplanation.OutsideReach(iova, reach);
    }

    /** The limits that a map can run into, read now. */
    public Limits limits() {
        return addressSpace().limits();
    }

    /** Whether DMA is coherent with CPU caches, as {@link AddressSpace#coherent} says. */
    public boolean coherent() {
        return addressSpace().coherent();
    }

    /**
     * The memory node that is nearest to the device, from which memory is taken unless the options say otherwise; {@link
     * DmaOptions#ANY_NODE} if that is not known.
     */
    public int numaNode() {
        return node;
    }

    /**
     * The memory node that the start of a buffer lies on. Asks the kernel, and touches the page if nobody has before.
     *
     * @return 0 or more; empty where the kernel has no nodes, or does not say
     */
    public OptionalInt numaNode(DmaBuffer buffer) {
        int found = MemoryNodes.of(sys, buffer.memory().address());
        return found < 0 ? OptionalInt.empty() : OptionalInt.of(found);
    }

    /** How many closed buffers and pools are kept because the device may still write into them. */
    public int quarantined() {
        return quarantine.size();
    }

    /** See {@link DmaOwner#releaseQuarantine}. */
    void releaseQuarantine() {
        quarantine.release();
    }

    /** See {@link DmaOwner#close}. */
    void close() {
        List<Lease> rest;
        synchronized (this) {
            closed = true;
            rest = new ArrayList<>(open).reversed();
        }
        Closing steps = new Closing();
        rest.forEach(lease -> steps.attempt(lease::close));
        steps.throwFirst();
    }

    private Allocation make(long size, DmaOptions given) {
        DmaOptions options = given.node() == DmaOptions.NEAR_DEVICE ? given.withNode(node) : given;
        AddressSpace target = addressSpace();
        if (target.translated() || options.pages() != DmaOptions.Pages.ORDINARY) {
            return mapped(target, DmaMemory.of(sys, size, options), options.request());
        }
        // Without an IOMMU: in huge pages, which keep their place, or in ordinary ones if the carrier can pin them.
        DmaMemory memory;
        try {
            memory = DmaMemory.of(sys, size, options.withPages(DmaOptions.Pages.HUGE_2M));
        } catch (VfioException noHugePages) {
            try {
                return mapped(target, DmaMemory.of(sys, size, options), options.request());
            } catch (RuntimeException e) {
                e.addSuppressed(noHugePages);
                throw e;
            }
        }
        return mapped(target, memory, options.request());
    }

    private Allocation mapped(AddressSpace target, DmaMemory memory, MapRequest request) {
        // Otherwise the IOMMU would have to translate each ordinary page by itself.
        boolean alignable = target.translated() && !request.fixed();
        MapRequest aligned =
                alignable ? request.withAlignment(Math.max(request.alignment(), memory.pageSize())) : request;
        DmaMapping mapping;
        try {
            mapping = map(target, memory.source(), aligned);
        } catch (StillMappedException e) {
            memory.abandon();
            throw e;
        } catch (RuntimeException e) {
            throw Closing.after(e, memory);
        }
        Allocation allocation = new Allocation(memory, mapping, target.translated(), quarantine, this::forget);
        remember(allocation);
        return allocation;
    }

    private DmaMapping map(AddressSpace target, DmaSource source, MapRequest request) {
        int bits = addressBits;
        IovaRange mask = IovaRange.ofBits(bits);
        IovaRange reached = mask.intersection(reach);
        IovaRange within = reached == null ? null : request.within().intersection(reached);
        if (within == null) {
            throw new IllegalArgumentException(request.within() + " is outside " + reachText(bits) + " of " + device);
        }
        try {
            return target.map(source, request.withWithin(within));
        } catch (IovaExhaustedException e) {
            throw MapAdvice.of(e, bits);
        } catch (VfioException e) {
            throw MapAdvice.of(e, target, source.length());
        }
    }

    private String reachText(int bits) {
        String mask = "the " + bits + " address bits";
        return reach.equals(IovaRange.ALL) ? mask : mask + " and the reach " + reach;
    }

    /** Takes over a lease; one that comes after the close is closed. */
    private void remember(Lease lease) {
        synchronized (this) {
            if (!closed) {
                // An arena that was closed meanwhile has ended its lease before it was known here.
                if (lease.isOpen()) {
                    open.add(lease);
                }
                return;
            }
        }
        IllegalStateException late = new IllegalStateException(device + " is closed");
        throw Closing.after(late, lease::close);
    }

    private synchronized void forget(Lease lease) {
        open.remove(lease);
    }

    /** {@code DMA memory of 0000:01:00.0}. */
    @Override
    public String toString() {
        return "DMA memory of " + device;
    }
}
