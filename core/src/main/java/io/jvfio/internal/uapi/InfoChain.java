// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import io.jvfio.Hex;
import io.jvfio.device.InfoCapability;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The capabilities behind a VFIO info struct: a list of {@code struct vfio_info_cap_header}, each at the offset that the one
 * before names ({@code include/uapi/linux/vfio.h}).
 *
 * <p>The chain is checked as a whole before any of it is handed out. Each capability starts behind the header of the one
 * before and ends within the struct, and there are no more of them than any device has, so a walk always ends and never
 * reads outside the struct.
 *
 * <p>Threads: immutable; the segments have the confinement of the buffer.
 */
public final class InfoChain implements Iterable<InfoChain.Link> {
    private static final long HEADER_SIZE = VfioInfoCapHeader.STRUCT.byteSize();

    /** More than any device has; a longer chain is an error or an attack. */
    private static final int MOST_LINKS = 64;

    private final List<Link> links;

    /**
     * One capability.
     *
     * @param header its id, its version, and where the next one starts
     * @param offset where it starts, in bytes from the start of the info struct
     * @param segment its bytes, header included, up to the next capability or to the end of the info struct; a part of
     *     the buffer that was read, with its lifetime
     */
    public record Link(VfioInfoCapHeader header, long offset, MemorySegment segment) {
        /** Returns the capability's id; its meaning depends on the info struct. */
        public int id() {
            return header.id();
        }

        /** Returns the capability's version. */
        public int version() {
            return header.version();
        }
    }

    private InfoChain(List<Link> links) {
        this.links = links;
    }

    /** Returns the chain of a struct whose flags say that it has none. */
    static InfoChain empty() {
        return new InfoChain(List.of());
    }

    /**
     * Reads the chain of an info struct that starts with {@code argsz} and is there as a whole, as the kernel leaves it.
     *
     * @param struct the buffer given to the ioctl, from its start
     * @param fixedSize how many bytes of it no capability can occupy
     * @param first the offset of the first capability, unsigned; 0 for none
     * @throws MalformedStructException if {@code argsz} is more than the buffer, or an offset leads backwards, into the
     *     fixed part, or outside {@code argsz}, or the chain is longer than any device's
     */
    static InfoChain read(MemorySegment struct, long fixedSize, int first) {
        long argsz = Argsz.of(struct);
        if (argsz > struct.byteSize()) {
            throw new MalformedStructException(
                    "the kernel has 0x%x bytes to say, the buffer has 0x%x".formatted(argsz, struct.byteSize()));
        }
        return read(struct.asSlice(0, argsz), fixedSize, first, false);
    }

    /**
     * Reads as much of a chain as there is of an info struct, whose sender may have cut it but not the offsets in it: an
     * offset behind the bytes that came ends the chain.
     *
     * @param struct what came, from its start
     * @param fixedSize how many bytes of it no capability can occupy
     * @param first the offset of the first capability, unsigned; 0 for none
     * @throws MalformedStructException if an offset leads backwards, into the fixed part, or outside every struct, or the
     *     chain is longer than any device's
     */
    public static InfoChain readCut(MemorySegment struct, long fixedSize, int first) {
        return read(struct, fixedSize, first, true);
    }

    private static InfoChain read(MemorySegment struct, long fixedSize, int first, boolean cut) {
        List<Link> links = new ArrayList<>();
        long size = struct.byteSize();
        long lowest = fixedSize;
        long previous = 0;
        long at = Integer.toUnsignedLong(first);
        while (at != 0) {
            boolean outside = at > size - HEADER_SIZE;
            if (at < lowest || outside && !(cut && at <= Integer.MAX_VALUE)) {
                throw new MalformedStructException("capability at 0x%x, named by 0x%x, is not within 0x%x and 0x%x"
                        .formatted(at, previous, lowest, size));
            }
            if (links.size() == MOST_LINKS) {
                throw new MalformedStructException("capability at " + Hex.of(at) + " comes after " + MOST_LINKS);
            }
            if (outside) {
                break;
            }
            VfioInfoCapHeader header = VfioInfoCapHeader.STRUCT.read(struct.asSlice(at, HEADER_SIZE));
            long next = Integer.toUnsignedLong(header.next());
            lowest = at + HEADER_SIZE;
            long end = next == 0 ? size : Math.clamp(next, lowest, size);
            links.add(new Link(header, at, struct.asSlice(at, end - at)));
            previous = at;
            at = next;
        }
        return new InfoChain(List.copyOf(links));
    }

    /** Returns how many bytes the capabilities need behind the struct, each from a multiple of 8 on. */
    public static int byteSize(List<InfoCapability> capabilities) {
        long size = 0;
        for (InfoCapability capability : capabilities) {
            size += aligned(capability.data().byteSize());
        }
        return Math.toIntExact(size);
    }

    /**
     * Writes a chain.
     *
     * @param struct the info struct from its start, with {@link #byteSize} bytes from {@code first} on
     * @param first the offset of the first capability, which the caller has named as {@code cap_offset}; a multiple of 8
     */
    public static void write(MemorySegment struct, int first, List<InfoCapability> capabilities) {
        long at = first;
        for (int i = 0; i < capabilities.size(); i++) {
            InfoCapability capability = capabilities.get(i);
            MemorySegment data = capability.data();
            long next = at + aligned(data.byteSize());
            MemorySegment.copy(data, 0, struct, at, data.byteSize());
            VfioInfoCapHeader.STRUCT.fill(
                    struct.asSlice(at),
                    new VfioInfoCapHeader(
                            capability.id(), capability.version(), i + 1 == capabilities.size() ? 0 : (int) next));
            at = next;
        }
    }

    private static long aligned(long size) {
        return (size + 7) & -8;
    }

    /** Returns the first capability of that id, or {@code null} if there is none. */
    public @Nullable Link find(int id) {
        for (Link link : links) {
            if (link.id() == id) {
                return link;
            }
        }
        return null;
    }

    /** Returns the capabilities in the order of the chain. */
    public List<Link> toList() {
        return links;
    }

    /** Returns copies of the capabilities, which outlive the buffer, in the order of the chain. */
    public List<InfoCapability> capabilities() {
        return links.stream()
                .map(link -> new InfoCapability(link.id(), link.version(), link.segment()))
                .toList();
    }

    @Override
    public Iterator<Link> iterator() {
        return links.iterator();
    }
}
