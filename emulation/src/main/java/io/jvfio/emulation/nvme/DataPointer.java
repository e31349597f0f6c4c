// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.StatusCode.DATA_TRANSFER_ERROR;
import static io.jvfio.driver.nvme.spec.StatusCode.INVALID_FIELD;
import static io.jvfio.driver.nvme.spec.StatusCode.SUCCESS;

import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The data of a command: where its pointer leads, and the copies to and from there.
 *
 * <p>Threads: one at a time.
 */
final class DataPointer {
    private static final int CHUNK = 64 * 1024;

    private final GuestMemory memory;
    private final boolean sgl;
    private final SegmentList pieces = new SegmentList();
    private final PrpWalker prps;
    private final SglWalker sgls;
    private final MemorySegment chunk;

    /**
     * Reads lists from memory.
     *
     * @param sgl whether SGLs are supported
     * @param arena owns the copies of lists
     */
    DataPointer(GuestMemory memory, boolean sgl, Arena arena) {
        this.memory = memory;
        this.sgl = sgl;
        this.chunk = arena.allocate(CHUNK, Long.BYTES);
        this.prps = new PrpWalker(memory, pieces, chunk);
        this.sgls = new SglWalker(memory, pieces, chunk);
    }

    /** Sets the size of memory pages that the driver uses, in bytes; a power of two up to 64 KiB. */
    void pageSize(int bytes) {
        prps.pageSize(bytes);
    }

    /**
     * Finds the memory of an I/O command's data.
     *
     * @param length bytes, more than 0
     * @param toHost whether the data goes to the driver
     */
    StatusCode find(Command command, long length, boolean toHost) {
        pieces.clear();
        return switch (command.psdt()) {
            case SubmissionEntry.PSDT_PRP -> prps.walk(command.prp1(), command.prp2(), length);
            case SubmissionEntry.PSDT_SGL, SubmissionEntry.PSDT_SGL_METADATA ->
                sgl ? sgls.walk(command, length, toHost) : INVALID_FIELD;
            default -> INVALID_FIELD;
        };
    }

    /** Copies what {@link #find} found. */
    StatusCode read(MemorySegment target, long offset) {
        return pieces.read(memory, target, offset) ? SUCCESS : DATA_TRANSFER_ERROR;
    }

    /** Copies to where {@link #find} found. */
    StatusCode write(MemorySegment source, long offset) {
        return pieces.write(memory, source, offset) ? SUCCESS : DATA_TRANSFER_ERROR;
    }

    /** Compares what {@link #find} found with something of the same length. */
    StatusCode compare(MemorySegment other, long offset) {
        long at = offset;
        while (pieces.total() > 0) {
            int part = (int) Math.min(CHUNK, pieces.total());
            if (!pieces.take(memory, chunk, part)) {
                return DATA_TRANSFER_ERROR;
            }
            if (MemorySegment.mismatch(chunk, 0, part, other, at, at + part) >= 0) {
                return StatusCode.COMPARE_FAILURE;
            }
            at += part;
        }
        return SUCCESS;
    }

    /** Gives an admin command's data to the driver: at most a page of 4096 bytes, or a log page's part. */
    StatusCode give(Command command, MemorySegment source, long length) {
        StatusCode status = findPrp(command, length);
        return status == SUCCESS ? write(source, 0) : status;
    }

    /** Takes an admin command's data from the driver. */
    StatusCode take(Command command, MemorySegment target, long length) {
        StatusCode status = findPrp(command, length);
        return status == SUCCESS ? read(target, 0) : status;
    }

    /** Admin commands use PRPs. */
    private StatusCode findPrp(Command command, long length) {
        pieces.clear();
        return command.psdt() == SubmissionEntry.PSDT_PRP
                ? prps.walk(command.prp1(), command.prp2(), length)
                : INVALID_FIELD;
    }
}
