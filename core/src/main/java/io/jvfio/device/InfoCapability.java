// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One capability of a device's or a region's info chain ({@code struct vfio_info_cap_header}), with its bytes.
 *
 * <p>Threads: immutable.
 */
public final class InfoCapability {
    private static final int HEADER = 8;
    private static final int AREAS = 16;
    private static final int AREA = 16;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());

    private final int id;
    private final int version;
    private final MemorySegment data;

    /**
     * A copy of the capability's bytes.
     *
     * @param id the capability's id, {@code VFIO_DEVICE_INFO_CAP_*} or {@code VFIO_REGION_INFO_CAP_*}, 0 to 0xffff
     * @param version its version, 0 to 0xffff
     * @param data all of it, header included, in the machine's byte order
     */
    public InfoCapability(int id, int version, MemorySegment data) {
        this.id = id;
        this.version = version;
        this.data = MemorySegment.ofArray(data.toArray(ValueLayout.JAVA_BYTE)).asReadOnly();
    }

    /** The capability's id. */
    public int id() {
        return id;
    }

    /** The capability's version. */
    public int version() {
        return version;
    }

    /** All of its bytes, header included; read-only. */
    public MemorySegment data() {
        return data;
    }

    /**
     * Four of its bytes as a number.
     *
     * @param offset bytes from the header's start
     * @return 0 if the capability is not that long
     */
    public int word(int offset) {
        return offset + Integer.BYTES <= data.byteSize() ? data.get(INT, offset) : 0;
    }

    /**
     * Eight of its bytes as a number.
     *
     * @param offset bytes from the header's start
     * @return 0 if the capability is not that long
     */
    public long doubleWord(int offset) {
        return offset + Long.BYTES <= data.byteSize() ? data.get(LONG, offset) : 0;
    }

    /**
     * The areas of a sparse map ({@code struct vfio_region_info_cap_sparse_mmap}); those that are empty are left out.
     *
     * @param regionSize all must lie inside so many bytes
     * @throws IllegalArgumentException if it is malformed, or an area does not lie inside
     */
    public List<RegionArea> areas(long regionSize) {
        int count = word(HEADER);
        if (data.byteSize() < AREAS || count < 0 || count > (data.byteSize() - AREAS) / AREA) {
            throw new IllegalArgumentException(
                    "a sparse map of " + Integer.toUnsignedString(count) + " areas in " + data.byteSize() + " bytes");
        }
        List<RegionArea> areas = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long at = AREAS + (long) i * AREA;
            RegionArea area = new RegionArea(data.get(LONG, at), data.get(LONG, at + Long.BYTES));
            if (area.end() > regionSize) {
                throw new IllegalArgumentException(
                        "an area ends at " + Hex.of(area.end()) + " in a region of " + Hex.of(regionSize) + " bytes");
            }
            if (area.size() != 0) {
                areas.add(area);
            }
        }
        return List.copyOf(areas);
    }

    /**
     * The areas of the sparse map in a region's chain, as {@link #areas(long)} has them, or all of the region if there is
     * none.
     *
     * @param regionSize bytes
     * @throws IllegalArgumentException if the map is malformed, or an area does not lie inside
     */
    public static List<RegionArea> areas(List<InfoCapability> chain, long regionSize) {
        return chain.stream()
                .filter(capability -> capability.id() == VfioPci.VFIO_REGION_INFO_CAP_SPARSE_MMAP)
                .findFirst()
                .map(sparse -> sparse.areas(regionSize))
                .orElseGet(() -> List.of(new RegionArea(0, regionSize)));
    }

    /** A sparse map: the parts of a region that can be mapped, {@code VFIO_REGION_INFO_CAP_SPARSE_MMAP}. */
    public static InfoCapability sparse(List<RegionArea> areas) {
        MemorySegment data = header(VfioPci.VFIO_REGION_INFO_CAP_SPARSE_MMAP, AREAS + areas.size() * AREA);
        data.set(INT, HEADER, areas.size());
        for (int i = 0; i < areas.size(); i++) {
            data.set(LONG, AREAS + (long) i * AREA, areas.get(i).offset());
            data.set(LONG, AREAS + (long) i * AREA + Long.BYTES, areas.get(i).size());
        }
        return new InfoCapability(VfioPci.VFIO_REGION_INFO_CAP_SPARSE_MMAP, 1, data);
    }

    /** What a device-specific region is, {@code VFIO_REGION_INFO_CAP_TYPE}. */
    public static InfoCapability type(RegionType type) {
        MemorySegment data = header(VfioPci.VFIO_REGION_INFO_CAP_TYPE, HEADER + 2 * Integer.BYTES);
        data.set(INT, HEADER, type.type());
        data.set(INT, HEADER + Integer.BYTES, type.subtype());
        return new InfoCapability(VfioPci.VFIO_REGION_INFO_CAP_TYPE, 1, data);
    }

    private static MemorySegment header(int id, int size) {
        MemorySegment data = MemorySegment.ofArray(new byte[size]);
        data.set(SHORT, 0, (short) id);
        data.set(SHORT, Short.BYTES, (short) 1);
        return data;
    }

    /** Equal ids, versions and bytes. */
    @Override
    public boolean equals(Object other) {
        return other instanceof InfoCapability that
                && id == that.id
                && version == that.version
                && data.mismatch(that.data) == -1;
    }

    @Override
    public int hashCode() {
        return 31 * id + version;
    }

    @Override
    public String toString() {
        return "capability " + id + " version " + version + ", " + data.byteSize() + " bytes";
    }
}
