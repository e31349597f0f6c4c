// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.VfioException;
import io.jvfio.iommu.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * One open VFIO device: the Java counterpart of the kernel's {@code vfio_device_ops}, and the contract that everything
 * else stands on. A kernel device, a vfio-user peer, a model in this process and a vendor's extension of any of them
 * implement it alike, and pass the same contract tests.
 *
 * <p>Regions and interrupt indexes are numbered as in {@code include/uapi/linux/vfio.h}; for PCI: regions 0 to 5 are the
 * BARs, 6 the ROM, 7 config space, 8 VGA; interrupt indexes are INTx 0, MSI 1, MSI-X 2, ERR 3, REQ 4.
 *
 * <p>Unless a method says otherwise it throws {@link IllegalStateException} on a closed device, {@link VfioException}
 * when the carrier refuses, {@link DeviceGoneException} when the device is no longer there, and
 * {@link IndexOutOfBoundsException} for an index, or a range of a region, that does not exist.
 *
 * <p>Threads: thread-safe. No operation calls another of the same object, so a wrapper that overrides one sees each call
 * exactly once.
 */
public interface VfioDevice extends AutoCloseable {

    /** What the device says of itself: read at open, and its capabilities again after a reset where they may change. */
    DeviceInfo info();

    /**
     * What is known of a region.
     *
     * @param index 0 to {@code info().regionCount() - 1}
     */
    RegionInfo region(int index);

    /**
     * What is known of an interrupt index.
     *
     * @param index 0 to {@code info().irqCount() - 1}
     */
    IrqInfo irq(int index);

    /**
     * Reads one register through the carrier. One access of exactly that width reaches the device. Allocates nothing.
     *
     * <p>On arm64 a kernel device that refuses the width, as PCI lets it, takes the kernel's thread down with it: an
     * external abort in the kernel is an Oops, this process ends inside of the call, and the device stays locked until the
     * next boot. Everywhere else all ones, or zero, come back. Use the widths that the device's manual has.
     *
     * @param region the region's index
     * @param offset bytes from the region's start, a multiple of {@code width}, but for config space, where any
     *     alignment is allowed
     * @param width 1, 2, 4 or 8 bytes
     * @return the value of the little-endian register, zero-extended
     * @throws IllegalArgumentException if the width is none of these or the offset is not aligned to it
     */
    long readRegister(int region, long offset, int width);

    /**
     * Writes one register through the carrier. One access of exactly that width reaches the device. Allocates nothing. For
     * widths that the device refuses see {@link #readRegister}.
     *
     * @param region the region's index
     * @param offset bytes from the region's start, aligned as for {@link #readRegister}
     * @param width 1, 2, 4 or 8 bytes
     * @param value the value of the little-endian register; bits above the width are ignored
     * @throws IllegalArgumentException if the width is none of these or the offset is not aligned to it
     */
    void writeRegister(int region, long offset, int width, long value);

    /**
     * Changes bits of a register of config space: reads it, writes the old value with the bits of the mask replaced, and
     * returns the old value. No other modification and no plain write to config space of this device by this process comes
     * in between; the kernel, or a peer, may. Bits outside the mask are written as they were read, so those that are cleared
     * by writing 1 belong into the mask. Writes even if nothing changes.
     *
     * <p>The lock behind this is held for that read and that write alone, never while a hook or a listener runs, nor for a
     * reset that the write asks for.
     *
     * @param region the config space's index
     * @param offset bytes from the region's start
     * @param width 1, 2, 4 or 8 bytes
     * @param mask the bits to change
     * @param value their new values; bits outside the mask are ignored
     * @return the value before
     * @throws IllegalArgumentException if the region is not the config space of a PCI device, or the width is none of these
     */
    long modifyRegister(int region, long offset, int width, long mask, long value);

    /**
     * Reads bytes of a region. How many accesses reach the device, and of which width, is the carrier's choice: the kernel
     * takes the widest, up to 8 bytes, that offset and rest allow. A device that refuses one of those widths is not for
     * this call, least of all on arm64: see {@link #readRegister}.
     *
     * @param region the region's index
     * @param offset bytes from the region's start
     * @param target native memory to fill
     * @return the bytes read: less than the target's size only where the region ends
     */
    int read(int region, long offset, MemorySegment target);

    /**
     * Writes bytes of a region. How many accesses reach the device, and of which width, is the carrier's choice: the kernel
     * takes the widest, up to 8 bytes, that offset and rest allow. A device that refuses one of those widths is not for
     * this call, least of all on arm64: see {@link #readRegister}.
     *
     * @param region the region's index
     * @param offset bytes from the region's start
     * @param source native memory to take from
     * @return the bytes written: less than the source's size only where the region ends
     */
    int write(int region, long offset, MemorySegment source);

    /**
     * Maps a part of a region into this process.
     *
     * @param region the region's index
     * @param offset bytes from the region's start, a multiple of the page size
     * @param length bytes, more than 0; a length that ends inside a page is mapped to the page's end but shown exactly
     * @return the mapping, owned by the caller, or empty if this part cannot be mapped and has to be accessed through
     *     the carrier
     * @throws IllegalArgumentException if the offset is not page-aligned or the length not positive
     */
    Optional<RegionMapping> map(int region, long offset, long length);

    /**
     * The file behind a region, for a server that passes it on to one client. Its descriptor is borrowed.
     *
     * @param region the region's index
     */
    Optional<RegionFile> file(int region);

    /**
     * Assigns, masks, unmasks or fires interrupts. The descriptors in the request are borrowed. Whoever assigns the first
     * eventfd of INTx, MSI or MSI-X has them until he disables that index.
     *
     * @return 0, or how many vectors can be had when not all that were asked for are available; then none was changed
     * @throws IrqHeldException if another owner has them
     */
    int setIrqs(IrqRequest request);

    /**
     * Resets the function. Afterwards the config header is as after open (bus mastering off), maps and interrupt
     * assignments are kept, windows stay valid, device registers have their power-on values. Stop register access
     * first. Blocks up to the time that the reset method needs, a second or more.
     *
     * @throws VfioException with ENOTTY if the device has no reset
     */
    void reset();

    /**
     * Asks for an optional feature ({@code VFIO_DEVICE_FEATURE}).
     *
     * @return the answer, or empty if the device does not have the feature
     * @throws IllegalArgumentException if {@link DeviceFeature#require} refuses the request
     */
    <R> Optional<R> feature(DeviceFeature<R> request);

    /** What the device reaches by DMA. Given at open; it outlives the device. */
    AddressSpace addressSpace();

    /**
     * What the device can do besides, asked for by the type of it: {@link Reattachable}, {@link HotReset}, the kernel's
     * descriptor ({@link io.jvfio.Fd}), a carrier's or a vendor's own API. What is returned acts through this device, not
     * around it, is the same object each time, and says that it is closed when the device is.
     *
     * <p>A wrapper returns what it can answer for, and passes on what it knows to be harmless.
     *
     * @return the ability, which ends with the device, or empty if the device does not have it
     */
    <T> Optional<T> ability(Class<T> type);

    /**
     * Closes the device: ends what it holds of the carrier and leaves its address space. Mappings of its regions must
     * be closed before. Idempotent.
     */
    @Override
    void close();
}
