// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

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
 * before and ends within {@code argsz}, so a walk always ends and never reads outside the struct.
 *
 * <p>Threads: immutable; the segments have the confinement of the buffer.
 */
public final class CapabilityChain implements Iterable<CapabilityChain.Link> {
    private static final long HEADER_SIZE = VfioInfoCapHeader.LAYOUT.byteSize();

    private final List<Link> capabilities;

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

    private CapabilityChain(List<Link> capabilities) {
        this.capabilities = capabilities;
    }

    /** Returns the chain of a struct whose flags say that it has none. */
    static CapabilityChain empty() {
        return new CapabilityChain(List.of());
    }

    /**
     * Reads the chain of an info struct that starts with {@code argsz}.
     *
     * @param struct the buffer given to the ioctl, from its start
     * @param fixedSize how many bytes of it no capability can occupy
     * @param first the offset of the first capability, unsigned; 0 for none
     * @throws MalformedStructException if {@code argsz} is more than the buffer, or an offset leads backwards, into the
     *     fixed part, or outside {@code argsz}
     */
    static CapabilityChain read(MemorySegment struct, long fixedSize, int first) {
        long argsz = Argsz.of(struct);
        if (argsz > struct.byteSize()) {
            throw new MalformedStructException(
                    "the kernel has 0x%x bytes to say, the buffer has 0x%x".formatted(argsz, struct.byteSize()));
        }
        List<Link> capabilities = new ArrayList<>();
        MemorySegment whole = struct.asSlice(0, argsz);
        long lowest = fixedSize;
        long previous = 0;
        long at = Integer.toUnsignedLong(first);
        while (at != 0) {
            if (at < lowest || at > argsz - HEADER_SIZE) {
                throw new MalformedStructException("capability at 0x%x, named by 0x%x, is not within 0x%x and 0x%x"
                        .formatted(at, previous, lowest, argsz));
            }
            VfioInfoCapHeader header = VfioInfoCapHeader.read(whole.asSlice(at, HEADER_SIZE));
            long next = Integer.toUnsignedLong(header.next());
            lowest = at + HEADER_SIZE;
            long end = next == 0 ? argsz : Math.clamp(next, lowest, argsz);
            capabilities.add(new Link(header, at, whole.asSlice(at, end - at)));
            previous = at;
            at = next;
        }
        return new CapabilityChain(List.copyOf(capabilities));
    }

    /** Returns the first capability of that id, or {@code null} if there is none. */
    public @Nullable Link find(int id) {
        for (Link capability : capabilities) {
            if (capability.id() == id) {
                return capability;
            }
        }
        return null;
    }

    /** Returns the capabilities in the order of the chain. */
    public List<Link> toList() {
        return capabilities;
    }

    @Override
    public Iterator<Link> iterator() {
        return capabilities.iterator();
    }
}
