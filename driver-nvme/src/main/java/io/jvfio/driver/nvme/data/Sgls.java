// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.data;

import io.jvfio.driver.nvme.spec.SglDescriptor;
import io.jvfio.iommu.ScatterList;

/**
 * Describes data by a scatter/gather list (4.4 of the specification): one part in the command itself, more in segments of a
 * page, of which each but the last ends with the descriptor of the next.
 *
 * <p>Threads: stateless.
 */
final class Sgls {
    private static final long LARGEST_PART = 0xffff_ffffL;

    private Sgls() {}

    /**
     * Whether the controller takes the parts as they are.
     *
     * @param dwords whether it wants addresses and lengths in multiples of 4
     */
    static boolean canDescribe(ScatterList data, boolean dwords) {
        for (int part = 0; part < data.parts(); part++) {
            long length = data.length(part);
            if (length > LARGEST_PART || dwords && ((data.address(part) | length) & 3) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Puts the data's description into a command.
     *
     * @throws IllegalArgumentException if it cannot be described so, or the lists do not have enough pages
     */
    static void describe(ScatterList data, DescriptorPages lists, CommandFields command, boolean dwords) {
        if (!canDescribe(data, dwords)) {
            throw new IllegalArgumentException(
                    data + " cannot be described by an SGL of this controller: parts of up to" + " 4 GiB"
                            + (dwords ? ", in multiples of 4 bytes" : ""));
        }
        if (data.parts() == 1) {
            command.sgl(data.address(0), word(data.length(0), SglDescriptor.DATA_BLOCK));
            return;
        }
        int capacity = lists.pageSize() / SglDescriptor.SIZE;
        int segments = data.parts() <= capacity ? 1 : (data.parts() - 1 + capacity - 2) / (capacity - 1);
        if (segments > lists.count()) {
            throw new IllegalArgumentException(data + " need more than " + lists.count() + " pages of SGL descriptors");
        }
        command.sgl(lists.address(0), segment(data.parts(), capacity));
        write(data, lists, capacity);
    }

    private static void write(ScatterList data, DescriptorPages lists, int capacity) {
        int list = 0;
        int at = 0;
        for (int part = 0; part < data.parts(); part++) {
            int left = data.parts() - part;
            if (at == capacity - 1 && left > 1) {
                set(lists, list, at, lists.address(list + 1), segment(left, capacity));
                list++;
                at = 0;
            }
            set(lists, list, at, data.address(part), word(data.length(part), SglDescriptor.DATA_BLOCK));
            at++;
        }
    }

    /** The second word of a descriptor of a segment, with so many parts still to come. */
    private static long segment(int left, int capacity) {
        return left <= capacity
                ? word((long) left * SglDescriptor.SIZE, SglDescriptor.LAST_SEGMENT)
                : word((long) capacity * SglDescriptor.SIZE, SglDescriptor.SEGMENT);
    }

    private static void set(DescriptorPages lists, int list, int index, long address, long word) {
        lists.set(list, (long) index * SglDescriptor.SIZE, address);
        lists.set(list, (long) index * SglDescriptor.SIZE + Long.BYTES, word);
    }

    private static long word(long length, int type) {
        return length | (long) SglDescriptor.TYPE.set(0, type) << 56;
    }
}
