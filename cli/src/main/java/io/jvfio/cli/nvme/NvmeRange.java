// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.Hex;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.driver.nvme.Namespace;
import java.lang.foreign.MemorySegment;

/**
 * Blocks that follow each other.
 *
 * <p>Threads: immutable.
 *
 * @param namespace where they are
 * @param lba the first one
 * @param blocks how many
 */
record NvmeRange(Namespace namespace, long lba, long blocks) {
    NvmeRange {
        long all = namespace.info().blocks();
        if (lba < 0 || blocks < 1 || lba > all - blocks) {
            throw new CommandFailure(namespace + " has the blocks 0x0 to " + Hex.of(all - 1) + "; " + Hex.of(lba)
                    + " to " + Hex.of(lba + blocks - 1) + " are not among them");
        }
    }

    /** What is done with a piece; the memory is only lent. */
    @FunctionalInterface
    interface Piece {
        void take(long offset, MemorySegment bytes);
    }

    /** How many bytes. */
    long size() {
        return blocks * namespace.info().blockSize();
    }

    /** Reads the blocks in pieces of so many bytes at most, and hands out each with its offset in the namespace. */
    void forEach(int most, Piece piece) {
        int blockSize = namespace.info().blockSize();
        long perPiece = Math.max(1, most / blockSize);
        MemorySegment memory = MemorySegment.ofArray(new byte[(int) (Math.min(perPiece, blocks) * blockSize)]);
        for (long done = 0; done < blocks; done += perPiece) {
            long count = Math.min(perPiece, blocks - done);
            MemorySegment part = memory.asSlice(0, count * blockSize);
            namespace.read(lba + done, part);
            piece.take((lba + done) * blockSize, part);
        }
    }
}
