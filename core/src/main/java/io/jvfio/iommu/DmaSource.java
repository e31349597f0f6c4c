// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Fd;
import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is mapped for DMA. A carrier refuses what it cannot take.
 *
 * <p>Threads: immutable.
 */
public sealed interface DmaSource {

    /** How many bytes; more than 0. */
    long length();

    /** The memory in this process, or null if there is none. Allocates nothing. */
    @Nullable MemorySegment local();

    /**
     * Whether no access to {@link #local} ever faults, whatever others do with the memory. Where that is not known, each
     * transfer looks for a fault before it ends.
     */
    default boolean cannotFault() {
        return false;
    }

    /**
     * Native memory of this process.
     *
     * @param memory native, page-aligned in address and size, alive until the mapping is closed
     * @param cannotFault whether nobody can take pages of it away
     */
    record Segment(MemorySegment memory, boolean cannotFault) implements DmaSource {
        /** Checks that it is native. */
        public Segment {
            if (!memory.isNative()) {
                throw new IllegalArgumentException("heap memory cannot be mapped for DMA");
            }
        }

        /** Memory of which nothing more is known. */
        public Segment(MemorySegment memory) {
            this(memory, false);
        }

        @Override
        public long length() {
            return memory.byteSize();
        }

        @Override
        public MemorySegment local() {
            return memory;
        }
    }

    /**
     * A part of a file, usually a memfd, that this process has mapped too. Carriers with processes on the other side
     * pass the descriptor on; others map the view.
     *
     * @param fd the file, borrowed until the mapping is closed
     * @param offset bytes from the file's start, page-aligned
     * @param view this process's shared mapping of just that part
     * @param cannotFault whether the file is in memory, in ordinary pages, and sealed against shrinking
     */
    record File(Fd fd, long offset, MemorySegment view, boolean cannotFault) implements DmaSource {
        /** Checks that the view is native. */
        public File {
            Objects.requireNonNull(fd, "fd");
            if (!view.isNative()) {
                throw new IllegalArgumentException("the view of a file must be native memory");
            }
            if (offset < 0) {
                throw new IllegalArgumentException("file offset " + Hex.of(offset) + " is negative");
            }
        }

        /** A part of a file of which nothing more is known. */
        public File(Fd fd, long offset, MemorySegment view) {
            this(fd, offset, view, false);
        }

        @Override
        public long length() {
            return view.byteSize();
        }

        @Override
        public MemorySegment local() {
            return view;
        }
    }

    /**
     * Memory that is not in this process and is reached by calls: that of a vfio-user client without shared memory.
     *
     * @param length bytes, more than 0
     * @param read copies from the remote memory
     * @param write copies to the remote memory
     */
    record Remote(long length, Transfer read, Transfer write) implements DmaSource {
        /** Checks the length. */
        public Remote {
            Objects.requireNonNull(read, "read");
            Objects.requireNonNull(write, "write");
            if (length <= 0) {
                throw new IllegalArgumentException("remote memory of length " + length);
            }
        }

        @Override
        public @Nullable MemorySegment local() {
            return null;
        }
    }

    /** Moves bytes between local and remote memory. Threads: implementations are thread-safe. */
    @FunctionalInterface
    interface Transfer {
        /**
         * Moves all of {@code local}. Blocks until done.
         *
         * @param offset bytes from the start of the remote memory
         * @param local the local bytes to fill or to take from
         */
        void run(long offset, MemorySegment local);
    }
}
