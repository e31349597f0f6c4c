// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a region ({@code struct vfio_region_info}), and the checks that follow from it: each carrier, each
 * layer and each server refuses the same accesses with the same words.
 *
 * <p>Threads: immutable.
 *
 * @param index the region's index
 * @param flags {@code VFIO_REGION_INFO_FLAG_*}
 * @param size bytes; 0 if the region does not exist
 * @param mmapAreas the parts that can be mapped; all of the region, or its sparse areas, or none
 * @param capabilities the info chain as it came
 */
public record RegionInfo(
        int index, int flags, long size, List<RegionArea> mmapAreas, List<InfoCapability> capabilities) {

    /** Copies the lists. */
    public RegionInfo {
        mmapAreas = List.copyOf(mmapAreas);
        capabilities = List.copyOf(capabilities);
    }

    /** A region of registers: nothing of it can be mapped, and it says no more of itself. */
    public RegionInfo(int index, int flags, long size) {
        this(index, flags, size, List.of(), List.of());
    }

    /** What is known of a region that does not exist. */
    public static RegionInfo absent(int index) {
        return new RegionInfo(index, 0, 0);
    }

    /** Whether there is anything to access. */
    public boolean exists() {
        return size != 0;
    }

    /** Whether reads are allowed. */
    public boolean readable() {
        return (flags & VfioPci.VFIO_REGION_INFO_FLAG_READ) != 0;
    }

    /** Whether writes are allowed. */
    public boolean writable() {
        return (flags & VfioPci.VFIO_REGION_INFO_FLAG_WRITE) != 0;
    }

    /** The first capability of that id, {@code VFIO_REGION_INFO_CAP_*}. */
    public Optional<InfoCapability> capability(int id) {
        return capabilities.stream().filter(found -> found.id() == id).findFirst();
    }

    /** The type of a device-specific region; empty for one of the bus's own. */
    public Optional<RegionType> type() {
        return capability(VfioPci.VFIO_REGION_INFO_CAP_TYPE)
                .map(found -> new RegionType(found.word(8), found.word(12)));
    }

    /** Whether the page of the MSI-X table may be mapped too. */
    public boolean msixMappable() {
        return capability(VfioPci.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE).isPresent();
    }

    /**
     * Checks the access to a register. Allocates nothing.
     *
     * @param offset bytes from the region's start
     * @param width 1, 2, 4 or 8 bytes
     * @param anyAlignment whether the register may lie anywhere, as in config space
     * @param device named in the message
     * @throws IllegalArgumentException if the width is none of these, or the offset is not a multiple of it
     * @throws IndexOutOfBoundsException if the register is not inside the region
     */
    public void checkRegister(long offset, int width, boolean anyAlignment, String device) {
        Objects.requireNonNull(device, "device");
        if (width != 4 && width != 8 && width != 1 && width != 2) {
            throw new IllegalArgumentException("a register of " + width + " bytes");
        }
        if ((offset & width - 1) != 0 && !anyAlignment) {
            throw new IllegalArgumentException("offset " + Hex.of(offset) + " is not a multiple of " + width);
        }
        if (offset < 0 || offset > size - width) {
            throw new IndexOutOfBoundsException("offset " + Hex.of(offset) + " with width " + width
                    + " is outside of region " + index + " of " + device + ", which has " + Hex.of(size) + " bytes");
        }
    }

    /**
     * How many bytes a transfer moves: those of the memory, unless the region ends before.
     *
     * @param offset bytes from the region's start, up to its size
     * @param memory what is read into or written from
     * @return 0 to {@link Integer#MAX_VALUE}
     * @throws IllegalArgumentException if the memory is not native
     * @throws IndexOutOfBoundsException if the offset is not inside the region, nor its end
     */
    public int room(long offset, MemorySegment memory) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("the memory must be native");
        }
        Objects.checkFromToIndex(offset, size, size);
        return (int) Math.min(Math.min(memory.byteSize(), size - offset), Integer.MAX_VALUE);
    }

    /**
     * Checks a request to map a part of the region.
     *
     * @param offset bytes from the region's start, a multiple of the page size
     * @param length bytes, more than 0
     * @param pageSize bytes, a power of two
     * @return whether that part lies in one of the areas that can be mapped
     * @throws IllegalArgumentException if offset or length are not as said
     * @throws IndexOutOfBoundsException if the part is not inside the region
     */
    public boolean checkMap(long offset, long length, long pageSize) {
        if (length <= 0 || offset % pageSize != 0) {
            throw new IllegalArgumentException(Hex.of(length) + " bytes at " + Hex.of(offset)
                    + " cannot be mapped: the offset must be a multiple of " + Hex.of(pageSize)
                    + " and the length positive");
        }
        Objects.checkFromIndexSize(offset, length, size);
        return mmapAreas.stream().anyMatch(area -> area.contains(offset, length));
    }
}
