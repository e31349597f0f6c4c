// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The regions that a storey adds behind those of the device below, and the checks of accesses to them.
 *
 * <p>Threads: thread-safe, as the regions.
 */
final class AddedRegions {
    /** What can be mapped starts at a multiple of this, on some machines of more, which its region knows. */
    private static final long PAGE = 4096;

    private final String device;
    private final int first;
    private final List<AddedRegion> regions;
    private final List<RegionInfo> infos;

    /**
     * Regions.
     *
     * @param device named in errors
     * @param first the index of the first of them
     */
    AddedRegions(String device, int first, List<AddedRegion> regions) {
        this.device = device;
        this.first = first;
        this.regions = regions;
        this.infos = IntStream.range(0, regions.size())
                .mapToObj(i -> regions.get(i).info(first + i))
                .toList();
    }

    boolean has(int index) {
        return index >= first && index < first + regions.size();
    }

    RegionInfo info(int index) {
        return infos.get(index - first);
    }

    private RegionOps ops(int index) {
        return regions.get(index - first).ops();
    }

    /** What a region does, if an access of this kind is permitted. */
    private RegionOps checked(int index, String call, boolean permitted) {
        if (!permitted) {
            throw new VfioException(
                    call, Errno.EINVAL, "region " + index + " of " + device, "the region does not allow this");
        }
        return ops(index);
    }

    long read(int index, long offset, int width) {
        RegionInfo region = info(index);
        region.checkRegister(offset, width, false, device);
        return RegisterPort.zeroExtended(
                checked(index, "read", region.readable()).read(offset, width), width);
    }

    void write(int index, long offset, int width, long value) {
        RegionInfo region = info(index);
        region.checkRegister(offset, width, false, device);
        checked(index, "write", region.writable()).write(offset, width, RegisterPort.zeroExtended(value, width));
    }

    int read(int index, long offset, MemorySegment target) {
        RegionInfo region = info(index);
        int room = region.room(offset, target);
        return checked(index, "read", region.readable()).read(offset, target.asSlice(0, room));
    }

    int write(int index, long offset, MemorySegment source) {
        RegionInfo region = info(index);
        int room = region.room(offset, source);
        return checked(index, "write", region.writable()).write(offset, source.asSlice(0, room));
    }

    Optional<RegionMapping> map(int index, long offset, long length) {
        return info(index).checkMap(offset, length, PAGE) ? ops(index).map(offset, length) : Optional.empty();
    }

    Optional<RegionFile> file(int index) {
        return ops(index).file();
    }

    boolean slow(int index) {
        return ops(index).slow();
    }

    void releaseAll(Closing steps) {
        regions.forEach(region -> steps.attempt(region.ops()::release));
    }
}
