// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The traps of a variant, and what they leave of the regions below.
 *
 * <p>Threads: immutable.
 */
final class Traps {
    /** By region, each in ascending order. */
    private final List<List<Trap>> byRegion = new ArrayList<>();

    private final @Nullable RegionInfo[] cut;
    private final boolean guards;

    /**
     * The traps on a device.
     *
     * @throws IllegalArgumentException if two overlap, or one does not lie in a BAR or the ROM
     */
    Traps(VfioDevice below, List<Trap> traps) {
        int regions = below.info().regionCount();
        this.cut = new RegionInfo[regions];
        this.guards = traps.stream().anyMatch(trap -> trap.kind() == Trap.Kind.GUARD);
        for (int i = 0; i < regions; i++) {
            int region = i;
            List<Trap> here = traps.stream()
                    .filter(trap -> trap.region() == region)
                    .sorted(Comparator.comparingLong(Trap::offset))
                    .toList();
            byRegion.add(here);
            if (!here.isEmpty()) {
                check(below, below.region(region), here);
                cut[region] = without(below.region(region), here);
            }
        }
        traps.stream().filter(trap -> trap.region() >= regions).findFirst().ifPresent(trap -> {
            throw new IllegalArgumentException(trap + " is in a region that " + below + " does not have");
        });
    }

    private static void check(VfioDevice below, RegionInfo region, List<Trap> traps) {
        if (below.info().isConfigSpace(region.index())) {
            throw new IllegalArgumentException("config space of " + below + " takes an overlay, no trap");
        }
        long end = 0;
        for (Trap trap : traps) {
            long last = region.size() + Trap.PAGE - 1 & -Trap.PAGE;
            if (trap.offset() < end || trap.end() > last) {
                throw new IllegalArgumentException(trap + " overlaps another, or the end of the region");
            }
            end = trap.end();
        }
    }

    /**
     * Refuses a register of a trap that lies outside of its region, or an access that the region does not allow.
     *
     * @param device named in errors
     */
    void check(int region, long offset, int width, boolean writes, String device) {
        Objects.requireNonNull(cut[region]).checkRegister(offset, width, false, device);
        allow(region, writes, device);
    }

    /** Refuses to read or write a trap of a region that does not allow it. */
    void allow(int region, boolean writes, String device) {
        RegionInfo whole = Objects.requireNonNull(cut[region]);
        if (writes ? !whole.writable() : !whole.readable()) {
            throw new VfioException(
                    writes ? "write" : "read",
                    Errno.EINVAL,
                    "region " + region + " of " + device,
                    "the region does not allow this");
        }
    }

    /** The trap that takes an access; null if the device below does. */
    @Nullable Trap at(int region, long offset) {
        List<Trap> traps = of(region);
        for (int i = 0; i < traps.size(); i++) {
            Trap trap = traps.get(i);
            if (offset >= trap.offset() && offset < trap.end()) {
                return trap;
            }
        }
        return null;
    }

    /** What is known of a region with its holes; null if it has none. */
    @Nullable RegionInfo info(int region) {
        return region >= 0 && region < cut.length ? cut[region] : null;
    }

    boolean blocks(int region, long offset, long length) {
        return of(region).stream().anyMatch(trap -> trap.overlaps(offset, offset + length));
    }

    private List<Trap> of(int region) {
        return region >= 0 && region < byRegion.size() ? byRegion.get(region) : List.of();
    }

    /** Moves bytes between memory and a region, each stretch by the device below or by its trap. */
    int move(int region, long offset, MemorySegment memory, Mover below, TrapMover trapped) {
        List<Trap> traps = of(region);
        long size = memory.byteSize();
        if (!blocks(region, offset, size)) {
            return below.move(offset, memory);
        }
        long done = 0;
        while (done < size) {
            long at = offset + done;
            Trap trap = at(region, at);
            long end = trap != null ? trap.end() : nextTrap(traps, at);
            MemorySegment part = memory.asSlice(done, Math.min(end - at, size - done));
            int moved = trap != null ? trapped.move(trap, at, part) : below.move(at, part);
            done += moved;
            if (moved < part.byteSize()) {
                break;
            }
        }
        return (int) done;
    }

    private static long nextTrap(List<Trap> traps, long at) {
        for (Trap trap : traps) {
            if (trap.offset() > at) {
                return trap.offset();
            }
        }
        return Long.MAX_VALUE;
    }

    /** Moves the bytes of one stretch. */
    interface Mover {
        int move(long offset, MemorySegment part);
    }

    /** Moves the bytes of one trap. */
    interface TrapMover {
        int move(Trap trap, long offset, MemorySegment part);
    }

    /** What may be passed on of the file behind a region. */
    Optional<RegionFile> file(int region, RegionFile file) {
        boolean everything = file.reach() == RegionFile.Reach.DEVICE;
        if (everything && guards) {
            return Optional.empty();
        }
        List<Trap> traps = of(region);
        if (traps.isEmpty()) {
            return Optional.of(file);
        }
        for (Trap trap : traps) {
            boolean reached = file.reach() != RegionFile.Reach.AREAS
                    || file.areas().stream().anyMatch(area -> trap.overlaps(area.offset(), area.end()));
            if (trap.kind() == Trap.Kind.GUARD && reached) {
                return Optional.empty();
            }
        }
        List<RegionArea> areas = without(file.areas(), traps);
        if (areas.equals(file.areas())) {
            return Optional.of(file);
        }
        RegionFile.Reach reach = everything ? RegionFile.Reach.DEVICE : RegionFile.Reach.REGION;
        return areas.isEmpty()
                ? Optional.empty()
                : Optional.of(new RegionFile(file.fd(), file.offset(), areas, reach, file::revoke));
    }

    private static RegionInfo without(RegionInfo region, List<Trap> traps) {
        List<RegionArea> areas = without(region.mmapAreas(), traps);
        List<InfoCapability> capabilities = new ArrayList<>(region.capabilities());
        capabilities.removeIf(each -> each.id() == VfioPci.VFIO_REGION_INFO_CAP_SPARSE_MMAP);
        int flags = region.flags();
        if (areas.isEmpty()) {
            flags &= ~VfioPci.VFIO_REGION_INFO_FLAG_MMAP;
        } else {
            capabilities.add(InfoCapability.sparse(areas));
            flags |= VfioPci.VFIO_REGION_INFO_FLAG_CAPS;
        }
        return new RegionInfo(region.index(), flags, region.size(), areas, capabilities);
    }

    private static List<RegionArea> without(List<RegionArea> areas, List<Trap> traps) {
        List<RegionArea> left = new ArrayList<>();
        for (RegionArea area : areas) {
            long start = area.offset();
            for (Trap trap : traps) {
                if (trap.overlaps(start, area.end())) {
                    if (trap.offset() > start) {
                        left.add(new RegionArea(start, trap.offset() - start));
                    }
                    start = Math.min(trap.end(), area.end());
                }
            }
            if (start < area.end()) {
                left.add(new RegionArea(start, area.end() - start));
            }
        }
        return List.copyOf(left);
    }
}
