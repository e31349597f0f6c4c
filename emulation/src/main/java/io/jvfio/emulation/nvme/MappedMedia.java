// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.Closing;
import io.jvfio.FileFailure;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.LockedFile;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Media that are mapped: sparse memory of this process, or a part of a file. A file that others make shorter, or whose
 * disk is full, makes accesses fail with {@link InternalError}; who uses the memory has to expect that.
 */
final class MappedMedia implements Media {
    private final SystemCalls sys;
    private final MemorySegment memory;
    private final boolean persistent;
    private final AutoCloseable owner;

    private MappedMedia(SystemCalls sys, MemorySegment memory, boolean persistent, AutoCloseable owner) {
        this.sys = sys;
        this.memory = memory;
        this.persistent = persistent;
        this.owner = owner;
    }

    /**
     * Memory that takes room as it is written, and is gone when it is closed.
     *
     * @param size bytes, a multiple of the page size
     */
    static MappedMedia memory(SystemCalls sys, long size) {
        try (MemFd file = MemFd.of(sys, "jvfio-nvme", size)) {
            var mapping = file.map(0, size);
            return new MappedMedia(sys, mapping.memory(), false, mapping);
        }
    }

    /** A mapping of a part of a file. */
    private static final class FilePart implements AutoCloseable {
        private final Arena arena = Arena.ofShared();

        MemorySegment map(FileChannel channel, long offset, long size) throws IOException {
            return channel.map(MapMode.READ_WRITE, offset, size, arena);
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** A file, open and locked against others, in this process too, that ask. Threads: one at a time. */
    static final class Backing implements AutoCloseable {
        private final Path path;
        private final FileChannel channel;
        private final LockedFile lock;

        private Backing(Path path, FileChannel channel, LockedFile lock) {
            this.path = path;
            this.channel = channel;
            this.lock = lock;
        }

        /**
         * Opens a file.
         *
         * @param size the least size in bytes, to which it is made larger if need be; a file is never made shorter
         * @throws IllegalArgumentException if it cannot be opened, or is in use
         */
        static Backing open(SystemCalls sys, Path path, long size) {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new IllegalArgumentException(path + " is not a regular file");
            }
            try {
                FileChannel channel = FileChannel.open(
                        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
                Backing backing = new Backing(path, channel, locked(sys, path, channel));
                try {
                    backing.grow(size);
                    return backing;
                } catch (IOException e) {
                    throw Closing.after(e, backing);
                }
            } catch (IOException e) {
                throw FileFailure.of("open", path, e);
            }
        }

        /** Locks a file, or closes it. */
        private static LockedFile locked(SystemCalls sys, Path path, FileChannel channel) {
            try {
                LockedFile lock = LockedFile.of(sys, path);
                if (lock == null) {
                    throw new IllegalArgumentException(path + " is in use by somebody else");
                }
                return lock;
            } catch (RuntimeException e) {
                throw Closing.after(e, channel);
            }
        }

        private void grow(long size) throws IOException {
            if (channel.size() < size) {
                channel.write(ByteBuffer.allocate(1), size - 1);
            }
        }

        /** A part of the file; each has a mapping of its own. */
        MappedMedia part(SystemCalls sys, long offset, long size) {
            FilePart part = new FilePart();
            try {
                return new MappedMedia(sys, part.map(channel, offset, size), true, part);
            } catch (IOException e) {
                part.close();
                throw FileFailure.of("mmap", path, e);
            }
        }

        @Override
        public void close() {
            try (lock) {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public boolean persistent() {
        return persistent;
    }

    @Override
    public void flush(long offset, long length) {
        if (persistent && length > 0) {
            long start = offset & -sys.pageSize();
            memory.asSlice(start, offset + length - start).force();
        }
    }

    @Override
    public void clear(long offset, long length) {
        release(offset, offset + length, true);
    }

    @Override
    public void deallocate(long offset, long length) {
        release(offset, offset + length, false);
    }

    private void release(long start, long end, boolean always) {
        long page = sys.pageSize();
        long firstPage = Math.min(end, (start + page - 1) & -page);
        long lastPage = Math.max(firstPage, end & -page);
        zero(start, firstPage);
        if (firstPage < lastPage
                && sys.madvise(memory.address() + firstPage, lastPage - firstPage, Abi.MADV_REMOVE) < 0
                && always) {
            zero(firstPage, lastPage);
        }
        zero(lastPage, end);
    }

    private void zero(long start, long end) {
        if (start < end) {
            memory.asSlice(start, end - start).fill((byte) 0);
        }
    }

    @Override
    public void close() {
        try (owner) {
            if (persistent) {
                memory.force();
            }
        } catch (UncheckedIOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the media of a namespace could not be closed", e);
        }
    }
}
