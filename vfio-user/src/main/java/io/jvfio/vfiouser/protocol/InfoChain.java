// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.device.InfoCapability;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The capabilities behind an info structure ({@code struct vfio_info_cap_header}: id, version, offset of the next from
 * the structure's start), and those of them that the protocol knows.
 *
 * <p>Threads: pure functions.
 */
public final class InfoChain {
    private static final int HEADER = 8;

    /** More than any device has; a longer chain is a loop or an attack. */
    private static final int MOST_LINKS = 64;

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

    private static int aligned(int size) {
        return (size + 7) & -8;
    }
}
