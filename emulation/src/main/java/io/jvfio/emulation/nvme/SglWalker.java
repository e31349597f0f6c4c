// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.StatusCode.DATA_TRANSFER_ERROR;
import static io.jvfio.driver.nvme.spec.StatusCode.INVALID_SGL_COUNT;
import static io.jvfio.driver.nvme.spec.StatusCode.INVALID_SGL_SEGMENT;
import static io.jvfio.driver.nvme.spec.StatusCode.SGL_DATA_LENGTH_INVALID;
import static io.jvfio.driver.nvme.spec.StatusCode.SGL_TYPE_INVALID;
import static io.jvfio.driver.nvme.spec.StatusCode.SUCCESS;

import io.jvfio.driver.nvme.spec.SglDescriptor;
import io.jvfio.driver.nvme.spec.StatusCode;
import java.lang.foreign.MemorySegment;

/**
 * Scatter/gather lists (4.4): the descriptor in the command describes the data, or a segment of descriptors whose last one
 * may lead to the next segment. The data has to be exactly as long as the command says.
 *
 * <p>Threads: one at a time.
 */
final class SglWalker {
    /** How many descriptors a command may have in all its segments; more are refused, so that no list is endless. */
    static final int MOST_DESCRIPTORS = 2048;

    private static final int MOST_SEGMENTS = 256;

    private final GuestMemory memory;
    private final SegmentList pieces;
    private final MemorySegment segment;

    private long wanted;
    private boolean toHost;

    /** Where the segment is that the last descriptor leads to. */
    private long nextAddress;

    private long nextLength;
    private boolean nextIsLast;

    /**
     * Reads from memory, adds to pieces.
     *
     * @param segment room for {@link #MOST_DESCRIPTORS}
     */
    SglWalker(GuestMemory memory, SegmentList pieces, MemorySegment segment) {
        this.memory = memory;
        this.pieces = pieces;
        this.segment = segment.asSlice(0, (long) MOST_DESCRIPTORS * SglDescriptor.SIZE);
    }

    /** Finds the memory of {@code length} bytes, more than 0. */
    StatusCode walk(Command command, long length, boolean dataToHost) {
        wanted = length;
        toHost = dataToHost;
        StatusCode status = isSegment(command.entries(), command.sgl1())
                ? follow(command.entries(), command.sgl1())
                : data(command.entries(), command.sgl1());
        if (status == SUCCESS && pieces.total() != length) {
            return SGL_DATA_LENGTH_INVALID;
        }
        return status;
    }

    private StatusCode follow(MemorySegment from, long at) {
        StatusCode status = next(from, at);
        long descriptors = 0;
        for (int i = 0; status == SUCCESS && i < MOST_SEGMENTS; i++) {
            descriptors += nextLength / SglDescriptor.SIZE;
            if (descriptors > MOST_DESCRIPTORS) {
                return INVALID_SGL_COUNT;
            }
            if (!memory.read(nextAddress, segment, 0, nextLength)) {
                return DATA_TRANSFER_ERROR;
            }
            if (nextIsLast) {
                return datas(nextLength);
            }
            long last = nextLength - SglDescriptor.SIZE;
            status = datas(last);
            if (status == SUCCESS) {
                status = isSegment(segment, last) ? next(segment, last) : INVALID_SGL_SEGMENT;
            }
        }
        return status == SUCCESS ? INVALID_SGL_COUNT : status;
    }

    /** Remembers the segment that a descriptor leads to. */
    private StatusCode next(MemorySegment from, long at) {
        if (SglDescriptor.SUBTYPE.of(SglDescriptor.IDENTIFIER.of(from, at)) != 0) {
            return SGL_TYPE_INVALID;
        }
        nextAddress = SglDescriptor.ADDRESS.of(from, at);
        nextLength = Integer.toUnsignedLong(SglDescriptor.LENGTH.of(from, at));
        nextIsLast = SglDescriptor.TYPE.of(SglDescriptor.IDENTIFIER.of(from, at)) == SglDescriptor.LAST_SEGMENT;
        return nextLength == 0 || nextLength % SglDescriptor.SIZE != 0 ? INVALID_SGL_SEGMENT : SUCCESS;
    }

    private StatusCode datas(long length) {
        StatusCode status = SUCCESS;
        for (long at = 0; at < length && status == SUCCESS; at += SglDescriptor.SIZE) {
            status = isSegment(segment, at) ? INVALID_SGL_SEGMENT : data(segment, at);
        }
        return status;
    }

    private StatusCode data(MemorySegment from, long at) {
        int identifier = SglDescriptor.IDENTIFIER.of(from, at);
        int type = SglDescriptor.TYPE.of(identifier);
        boolean bucket = type == SglDescriptor.BIT_BUCKET;
        if (SglDescriptor.SUBTYPE.of(identifier) != 0 || !bucket && type != SglDescriptor.DATA_BLOCK) {
            return SGL_TYPE_INVALID;
        }
        long length = Integer.toUnsignedLong(SglDescriptor.LENGTH.of(from, at));
        if (length == 0 || bucket && !toHost) {
            return SUCCESS;
        }
        if (length > wanted - pieces.total()) {
            return SGL_DATA_LENGTH_INVALID;
        }
        boolean fits = bucket ? pieces.skip(length) : pieces.add(SglDescriptor.ADDRESS.of(from, at), length);
        return fits ? SUCCESS : INVALID_SGL_COUNT;
    }

    private static boolean isSegment(MemorySegment from, long at) {
        int type = SglDescriptor.TYPE.of(SglDescriptor.IDENTIFIER.of(from, at));
        return type == SglDescriptor.SEGMENT || type == SglDescriptor.LAST_SEGMENT;
    }
}
