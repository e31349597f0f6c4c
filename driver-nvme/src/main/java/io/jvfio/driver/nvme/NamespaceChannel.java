// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.VfioException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/**
 * A namespace as bytes. Whole blocks go to the controller as they are; the ends that are parts of a block pass through one
 * block of memory.
 *
 * <p>Threads: thread-safe, one call at a time.
 */
final class NamespaceChannel implements SeekableByteChannel {
    private final Namespace namespace;
    private final boolean writable;
    private final long size;
    private final int blockSize;
    private final MemorySegment block;
    private long position;
    private boolean dirty;
    private volatile boolean open = true;

    NamespaceChannel(Namespace namespace, boolean writable) {
        this.namespace = namespace;
        this.writable = writable;
        this.size = namespace.info().size();
        this.blockSize = namespace.info().blockSize();
        this.block = MemorySegment.ofArray(new byte[blockSize]);
    }

    @Override
    public synchronized int read(ByteBuffer target) throws IOException {
        checkOpen();
        if (!target.hasRemaining()) {
            return 0;
        }
        if (position >= size) {
            return -1;
        }
        int length = (int) Math.min(target.remaining(), size - position);
        MemorySegment to = MemorySegment.ofBuffer(target).asSlice(0, length);
        translate(() -> move(to, true));
        target.position(target.position() + length);
        return length;
    }

    @Override
    public synchronized int write(ByteBuffer source) throws IOException {
        checkOpen();
        if (!writable) {
            throw new NonWritableChannelException();
        }
        if (source.hasRemaining() && position >= size) {
            throw new IOException(namespace + " ends at byte " + Hex.of(size));
        }
        int length = (int) Math.min(source.remaining(), size - position);
        MemorySegment from = MemorySegment.ofBuffer(source).asSlice(0, length);
        dirty = true;
        translate(() -> move(from, false));
        source.position(source.position() + length);
        return length;
    }

    @Override
    public synchronized long position() throws IOException {
        checkOpen();
        return position;
    }

    @Override
    public synchronized SeekableByteChannel position(long newPosition) throws IOException {
        checkOpen();
        if (newPosition < 0) {
            throw new IllegalArgumentException("position " + newPosition);
        }
        position = newPosition;
        return this;
    }

    @Override
    public long size() throws IOException {
        checkOpen();
        return size;
    }

    /** Does nothing where a file would not be cut either. */
    @Override
    public synchronized SeekableByteChannel truncate(long newSize) throws IOException {
        checkOpen();
        if (newSize < 0) {
            throw new IllegalArgumentException("size " + newSize);
        }
        if (!writable) {
            throw new NonWritableChannelException();
        }
        if (newSize < size) {
            throw new IOException(namespace + " has a fixed size");
        }
        position = Math.min(position, newSize);
        return this;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public synchronized void close() throws IOException {
        if (open) {
            open = false;
            if (dirty) {
                translate(namespace::flush);
            }
        }
    }

    private void move(MemorySegment data, boolean reading) {
        long done = 0;
        while (done < data.byteSize()) {
            long lba = position / blockSize;
            int inBlock = (int) (position % blockSize);
            long left = data.byteSize() - done;
            long part;
            if (inBlock == 0 && left >= blockSize) {
                part = left - left % blockSize;
                if (reading) {
                    namespace.read(lba, data.asSlice(done, part));
                } else {
                    namespace.write(lba, data.asSlice(done, part));
                }
            } else {
                part = Math.min(left, blockSize - inBlock);
                namespace.read(lba, block);
                if (reading) {
                    MemorySegment.copy(block, inBlock, data, done, part);
                } else {
                    MemorySegment.copy(data, done, block, inBlock, part);
                    namespace.write(lba, block);
                }
            }
            done += part;
            position += part;
        }
    }

    /** What goes wrong with the device is an input/output error to users of channels. */
    private void translate(Runnable work) throws IOException {
        try {
            work.run();
        } catch (NvmeException | VfioException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (!open) {
            throw new ClosedChannelException();
        }
    }
}
