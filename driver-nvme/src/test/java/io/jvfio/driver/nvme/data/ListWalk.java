// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.data;

import io.jvfio.driver.nvme.spec.SglDescriptor;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.iommu.ScatterList;
import io.jvfio.mmio.Word64;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Reads a command's description of its data as a controller does: straight from the specification. */
public final class ListWalk {
    static final int PAGE = 4096;

    /** Where the lists' pages are for the device: apart, and in descending order. */
    private static final long LISTS = 0x7_0000_0000L;

    private final MemorySegment memory;
    private final long[] addresses;

    /** A piece of data. */
    record Piece(long address, long length) {}

    public ListWalk(int pages) {
        memory = Arena.ofAuto().allocate((long) pages * PAGE, PAGE);
        addresses = new long[pages];
        for (int page = 0; page < pages; page++) {
            addresses[page] = LISTS - 3L * page * PAGE;
        }
    }

    public DescriptorPages pages() {
        return new DescriptorPages(memory, addresses, PAGE);
    }

    /** The data of a command that is described by PRPs. */
    List<Piece> prps(CommandFields command, long size) {
        MemorySegment sqe = entry(command);
        List<Piece> found = new ArrayList<>();
        long left = add(found, SubmissionEntry.PRP1.of(sqe), size);
        if (left > PAGE) {
            long entry = SubmissionEntry.PRP2.of(sqe);
            while (left > 0) {
                long value = Word64.at(0).of(memory, offset(entry));
                boolean lastOfPage = (entry & PAGE - 1) == PAGE - 8;
                if (lastOfPage && left > PAGE) {
                    entry = value;
                } else {
                    left = add(found, value, left);
                    entry += 8;
                }
            }
        } else if (left > 0) {
            left = add(found, SubmissionEntry.PRP2.of(sqe), left);
        }
        return found;
    }

    /** The data of a command that is described by an SGL. */
    List<Piece> sgl(CommandFields command) {
        List<Piece> found = new ArrayList<>();
        MemorySegment sqe = entry(command);
        long start = SglDescriptor.ADDRESS.of(sqe, SubmissionEntry.SGL1);
        long word = Word64.at(8).of(sqe, SubmissionEntry.SGL1);
        long address = start;
        long second = word;
        while (type(second) != SglDescriptor.DATA_BLOCK) {
            boolean last = type(second) == SglDescriptor.LAST_SEGMENT;
            int count = Math.toIntExact((second & 0xffff_ffffL) / SglDescriptor.SIZE);
            long segment = address;
            second = SglDescriptor.DATA_BLOCK;
            for (int i = 0; i < count; i++) {
                long at = offset(segment) + (long) i * SglDescriptor.SIZE;
                long first = SglDescriptor.ADDRESS.of(memory, at);
                long next = Word64.at(8).of(memory, at);
                if (type(next) == SglDescriptor.DATA_BLOCK) {
                    merge(found, first, next & 0xffff_ffffL);
                } else if (last || i != count - 1) {
                    throw new AssertionError("a segment at " + i + " of " + count + ", in the last: " + last);
                } else {
                    address = first;
                    second = next;
                }
            }
        }
        if (found.isEmpty()) {
            merge(found, start, word & 0xffff_ffffL);
        }
        return found;
    }

    /** A command as the controller gets it. */
    static MemorySegment entry(CommandFields command) {
        MemorySegment entry = MemorySegment.ofArray(new byte[SubmissionEntry.SIZE]);
        command.writeTo(entry, 0);
        return entry;
    }

    /** Whether the data of a command is described by an SGL. */
    static boolean usesSgl(CommandFields command) {
        return SubmissionEntry.PSDT.of(SubmissionEntry.FLAGS.of(entry(command))) == SubmissionEntry.PSDT_SGL;
    }

    /** The parts of a list. */
    static List<Piece> of(ScatterList data) {
        List<Piece> parts = new ArrayList<>();
        for (int part = 0; part < data.parts(); part++) {
            parts.add(new Piece(data.address(part), data.length(part)));
        }
        return parts;
    }

    private static long add(List<Piece> found, long address, long left) {
        long length = Math.min(left, PAGE - (address & PAGE - 1));
        merge(found, address, length);
        return left - length;
    }

    private static void merge(List<Piece> found, long address, long length) {
        if (!found.isEmpty() && found.getLast().address() + found.getLast().length() == address) {
            Piece before = found.removeLast();
            found.add(new Piece(before.address(), before.length() + length));
        } else {
            found.add(new Piece(address, length));
        }
    }

    private static int type(long word) {
        return (int) (word >>> 60);
    }

    private long offset(long address) {
        for (int page = 0; page < addresses.length; page++) {
            long at = address - addresses[page];
            if (at >= 0 && at < PAGE) {
                return (long) page * PAGE + at;
            }
        }
        throw new AssertionError("0x" + Long.toHexString(address) + " is in no page of lists");
    }
}
