// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Hex;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The capabilities behind an info structure ({@code struct vfio_info_cap_header}: id, version, offset of the next from
 * the structure's start), and those of them that the protocol knows.
 *
 * <p>Threads: pure functions.
 */
public final class InfoChain {
    /** {@code VFIO_REGION_INFO_CAP_SPARSE_MMAP}. */
    public static final int SPARSE_MMAP = 1;

    /** {@code VFIO_REGION_INFO_CAP_TYPE}. */
    public static final int TYPE = 2;

    /** {@code VFIO_REGION_INFO_CAP_MSIX_MAPPABLE}. */
    public static final int MSIX_MAPPABLE = 3;

    private static final int HEADER = 8;
    private static final int AREA = 16;

    /** More than any device has; a longer chain is a loop or an attack. */
    private static final int MOST_LINKS = 64;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());

    private InfoChain() {}

    /** How many bytes the capabilities need behind the structure. */
    public static int byteSize(List<InfoCapability> capabilities) {
        int size = 0;
        for (InfoCapability capability : capabilities) {
            size += aligned((int) capability.data().byteSize());
        }
        return size;
    }

    /** Writes the chain from {@code start} on, which the caller has named as {@code cap_offset}. */
    static void write(Message message, int start, List<InfoCapability> capabilities) {
        int at = start;
        for (int i = 0; i < capabilities.size(); i++) {
            InfoCapability capability = capabilities.get(i);
            int size = (int) capability.data().byteSize();
            MemorySegment.copy(capability.data(), 0, message.payload(at, size), 0, size);
            int next = at + aligned(size);
            message.set16(at, capability.id());
            message.set16(at + 2L, capability.version());
            message.set32(at + 4L, i + 1 == capabilities.size() ? 0 : next);
            at = next;
        }
    }

    /**
     * Reads a chain. A link outside of the message ends it, as when the sender cut the message but not the offset.
     *
     * @param start {@code cap_offset}, 0 for none
     * @param least where a capability can be at the earliest
     * @throws ProtocolException if the chain goes backwards or is longer than any device's
     */
    static List<InfoCapability> read(Message message, int start, int least) {
        List<InfoCapability> found = new ArrayList<>();
        int at = start;
        int floor = least;
        while (at != 0) {
            if (at < floor || found.size() == MOST_LINKS) {
                throw message.invalid("capability " + found.size() + " at offset " + Integer.toUnsignedString(at));
            }
            if (at > message.payloadSize() - HEADER) {
                break;
            }
            int next = message.u32(at + 4L);
            int end = next > at && next <= message.payloadSize() ? next : message.payloadSize();
            found.add(new InfoCapability(message.u16(at), message.u16(at + 2L), message.payload(at, (long) end - at)));
            floor = at + HEADER;
            at = next;
        }
        return List.copyOf(found);
    }

    /** Makes a sparse map of areas. */
    public static InfoCapability sparse(List<RegionArea> areas) {
        MemorySegment data = MemorySegment.ofArray(new byte[HEADER + 8 + areas.size() * AREA]);
        data.set(SHORT, 0, (short) SPARSE_MMAP);
        data.set(SHORT, 2, (short) 1);
        data.set(INT, HEADER, areas.size());
        for (int i = 0; i < areas.size(); i++) {
            data.set(LONG, HEADER + 8 + (long) i * AREA, areas.get(i).offset());
            data.set(LONG, HEADER + 16 + (long) i * AREA, areas.get(i).size());
        }
        return new InfoCapability(SPARSE_MMAP, 1, data);
    }

    /**
     * The areas of a sparse map; those that are empty are left out.
     *
     * @param regionSize all must lie inside
     * @throws IllegalArgumentException if it is malformed
     */
    public static List<RegionArea> areas(InfoCapability sparse, long regionSize) {
        MemorySegment data = sparse.data();
        if (data.byteSize() < HEADER + 8) {
            throw new IllegalArgumentException("a sparse map of " + data.byteSize() + " bytes");
        }
        int count = data.get(INT, HEADER);
        if (count < 0 || count > (data.byteSize() - HEADER - 8) / AREA) {
            throw new IllegalArgumentException(
                    "a sparse map of " + Integer.toUnsignedString(count) + " areas in " + data.byteSize() + " bytes");
        }
        List<RegionArea> areas = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long offset = data.get(LONG, HEADER + 8 + (long) i * AREA);
            long size = data.get(LONG, HEADER + 16 + (long) i * AREA);
            RegionArea area = new RegionArea(offset, size);
            if (area.end() > regionSize) {
                throw new IllegalArgumentException(
                        "an area ends at " + Hex.of(area.end()) + " in a region of " + Hex.of(regionSize) + " bytes");
            }
            if (size != 0) {
                areas.add(area);
            }
        }
        return List.copyOf(areas);
    }

    /** Makes the type of a device-specific region. */
    public static InfoCapability type(int type, int subtype) {
        MemorySegment data = MemorySegment.ofArray(new byte[HEADER + 8]);
        data.set(SHORT, 0, (short) TYPE);
        data.set(SHORT, 2, (short) 1);
        data.set(INT, HEADER, type);
        data.set(INT, HEADER + 4, subtype);
        return new InfoCapability(TYPE, 1, data);
    }

    /** A word of a capability's data, counted in bytes from its header's start; 0 if it is not that long. */
    public static int word(InfoCapability capability, int offset) {
        MemorySegment data = capability.data();
        return offset + 4 <= data.byteSize() ? data.get(INT, offset) : 0;
    }

    private static int aligned(int size) {
        return (size + 7) & -8;
    }
}
