// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.device.VfioPci.VFIO_REGION_INFO_FLAG_MMAP;
import static io.jvfio.internal.uapi.VfioRegionInfo.VFIO_DEVICE_GET_REGION_INFO;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.InfoChain;
import io.jvfio.internal.uapi.VfioRegionInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The regions of a kernel device, with their places in its file.
 *
 * <p>Threads: immutable.
 */
final class RegionTable {
    private final List<RegionInfo> infos;
    private final long[] fileOffsets;

    private RegionTable(List<RegionInfo> infos, long[] fileOffsets) {
        this.infos = infos;
        this.fileOffsets = fileOffsets;
    }

    /**
     * Asks the kernel for every region.
     *
     * @param barsAreMemory whether the CPU can reach a BAR by loads and stores at all
     */
    static RegionTable read(Descriptor device, int count, boolean barsAreMemory, String name) {
        List<RegionInfo> infos = new ArrayList<>();
        long[] offsets = new long[count];
        for (int index = 0; index < count; index++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment segment = Ioctls.info(
                        arena,
                        device,
                        VFIO_DEVICE_GET_REGION_INFO,
                        VfioRegionInfo.STRUCT,
                        VfioRegionInfo.request(index),
                        name + " region " + index);
                VfioRegionInfo info = VfioRegionInfo.STRUCT.read(segment);
                offsets[index] = info.offset();
                infos.add(decode(index, info, info.capabilities(segment), barsAreMemory));
            } catch (VfioException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
                // The kernel's way to say that there is no such region, VGA for example.
                infos.add(RegionInfo.absent(index));
            }
        }
        return new RegionTable(List.copyOf(infos), offsets);
    }

    private static RegionInfo decode(int index, VfioRegionInfo info, InfoChain chain, boolean barsAreMemory) {
        boolean mappable = barsAreMemory && (info.flags() & VFIO_REGION_INFO_FLAG_MMAP) != 0;
        List<InfoCapability> capabilities = chain.capabilities();
        List<RegionArea> areas = mappable ? InfoCapability.areas(capabilities, info.size()) : List.of();
        return new RegionInfo(index, info.flags(), info.size(), areas, capabilities);
    }

    /** What is known of a region. */
    RegionInfo info(int index) {
        return infos.get(Objects.checkIndex(index, infos.size()));
    }

    /** Where a region starts in the device's file. */
    long fileOffset(int index) {
        return fileOffsets[index];
    }
}
