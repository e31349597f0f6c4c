// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.spec.IoOpcode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;

/**
 * A namespace as an asynchronous file of fixed size.
 *
 * <p>Threads: thread-safe.
 */
final class NamespaceAsyncChannel extends AsynchronousFileChannel {
    private final Namespace namespace;
    private final boolean writable;
    private final long size;
    private final int blockSize;
    private final ChannelThread thread;
    private final Executor handlers;

    /** A channel on a thread that was started, which it closes. */
    NamespaceAsyncChannel(Namespace namespace, boolean writable, ChannelThread thread, Executor handlers) {
        this.namespace = namespace;
        this.writable = writable;
        this.size = namespace.info().size();
        this.blockSize = namespace.info().blockSize();
        this.thread = thread;
        this.handlers = handlers;
    }

    @Override
    public <A> void read(
            ByteBuffer target, long position, A attachment, CompletionHandler<Integer, ? super A> handler) {
        read(target, position, new Handled<>(handlers, attachment, handler));
    }

    @Override
    public Future<Integer> read(ByteBuffer target, long position) {
        Promised promised = new Promised();
        read(target, position, promised);
        return promised.future;
    }

    @Override
    public <A> void write(
            ByteBuffer source, long position, A attachment, CompletionHandler<Integer, ? super A> handler) {
        write(source, position, new Handled<>(handlers, attachment, handler));
    }

    @Override
    public Future<Integer> write(ByteBuffer source, long position) {
        Promised promised = new Promised();
        write(source, position, promised);
        return promised.future;
    }

    /** Has all that was written before put on the media. */
    @Override
    public void force(boolean metaData) throws IOException {
        Promised promised = new Promised();
        thread.submit(AsyncOperation.flush(promised));
        try {
            promised.future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException reason) {
                throw reason instanceof ClosedChannelException ? reason : new IOException(reason.getMessage(), reason);
            }
            throw e;
        }
    }

    @Override
    public long size() throws IOException {
        checkOpen();
        return size;
    }

    /** Does nothing where a file would not be cut either. */
    @Override
    public AsynchronousFileChannel truncate(long newSize) throws IOException {
        checkOpen();
        if (newSize < 0) {
            throw new IllegalArgumentException("size " + newSize);
        }
        requireWritable();
        if (newSize < size) {
            throw new IOException(namespace + " has a fixed size");
        }
        return this;
    }

    @Override
    public <A> void lock(
            long position, long length, boolean shared, A attachment, CompletionHandler<FileLock, ? super A> handler) {
        throw noLocks();
    }

    @Override
    public Future<FileLock> lock(long position, long length, boolean shared) {
        throw noLocks();
    }

    @Override
    public FileLock tryLock(long position, long length, boolean shared) {
        throw noLocks();
    }

    @Override
    public boolean isOpen() {
        return thread.isOpen();
    }

    @Override
    public void close() throws IOException {
        try {
            thread.close();
        } catch (RuntimeException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void read(ByteBuffer target, long position, AsyncOperation.Told told) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("the buffer to read into is read-only");
        }
        checkPosition(position);
        int length = (int) Math.min(target.remaining(), Math.max(0, size - position));
        if (length == 0) {
            end(told, target.hasRemaining() ? -1 : 0);
        } else {
            thread.submit(AsyncOperation.transfer(IoOpcode.READ, position, target, length, told));
        }
    }

    private void write(ByteBuffer source, long position, AsyncOperation.Told told) {
        checkPosition(position);
        requireWritable();
        if ((position | source.remaining()) % blockSize != 0) {
            throw new IllegalArgumentException(Hex.of(source.remaining()) + " bytes to " + Hex.of(position)
                    + " are no whole blocks of " + blockSize + " bytes");
        }
        int length = (int) Math.min(source.remaining(), Math.max(0, size - position));
        if (length > 0) {
            thread.submit(AsyncOperation.transfer(IoOpcode.WRITE, position, source, length, told));
        } else if (source.hasRemaining()) {
            told.failed(new IOException(namespace + " ends at byte " + Hex.of(size)));
        } else {
            end(told, 0);
        }
    }

    /** An operation that moves nothing. */
    private void end(AsyncOperation.Told told, int result) {
        if (isOpen()) {
            told.completed(result);
        } else {
            told.failed(new ClosedChannelException());
        }
    }

    private static void checkPosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position " + position);
        }
    }

    private void requireWritable() {
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private UnsupportedOperationException noLocks() {
        return new UnsupportedOperationException(namespace + " has no locks");
    }

    /** Tells a handler, on one of the user's threads. Threads: immutable. */
    private static final class Handled<A> implements AsyncOperation.Told {
        private final Executor executor;
        private final A attachment;
        private final CompletionHandler<Integer, ? super A> handler;

        Handled(Executor executor, A attachment, CompletionHandler<Integer, ? super A> handler) {
            this.executor = executor;
            this.attachment = attachment;
            this.handler = Objects.requireNonNull(handler, "handler");
        }

        @Override
        public void completed(int bytes) {
            executor.execute(() -> handler.completed(bytes, attachment));
        }

        @Override
        public void failed(Throwable failure) {
            executor.execute(() -> handler.failed(failure, attachment));
        }
    }

    /** Tells a future. Threads: thread-safe. */
    private static final class Promised implements AsyncOperation.Told {
        private final CompletableFuture<Integer> future = new CompletableFuture<>();

        @Override
        public void completed(int bytes) {
            future.complete(bytes);
        }

        @Override
        public void failed(Throwable failure) {
            future.completeExceptionally(failure);
        }
    }
}
