// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Closing;
import io.jvfio.Hex;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.SeekableByteChannel;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * A namespace of a controller: blocks, numbered from 0.
 *
 * <p>The calls here are simple ones: each blocks until it is done and copies through memory that the device reaches. They
 * share queues with those of the controller's other namespaces: each call has one to itself, and where the controller has
 * no more, waits for one. A queue that no call uses makes way for one that {@link NvmeController#queue} makes. A command that
 * fails throws {@link CommandFailedException}; of a call with many commands others may have been done then. An interrupt of
 * the thread does not end a call, and is kept.
 *
 * <p>Threads: thread-safe.
 */
public final class Namespace {
    private final NvmeController controller;
    private volatile NamespaceInfo info;

    /** Whether it was not ready when the controller was last asked. */
    private volatile boolean late;

    Namespace(NvmeController controller, NamespaceInfo info) {
        this.controller = controller;
        this.info = info;
    }

    /** Its controller. */
    public NvmeController controller() {
        return controller;
    }

    /** Its number, unsigned. */
    public int id() {
        return info.id();
    }

    /** What the controller said of it when it was last asked. */
    public NamespaceInfo info() {
        return info;
    }

    /**
     * Waits until it is ready, if it was not when the controller was last asked: as long as
     * {@link NvmeOptions#readyTimeout} says. The calls below do that by themselves; a command of a queue does not.
     *
     * @return what the controller says of it now, which may be that it still is not ready
     */
    public NamespaceInfo awaitReady() {
        if (late) {
            controller.ask(this);
        }
        return info;
    }

    /**
     * Reads blocks.
     *
     * @param lba the first block
     * @param target what to fill, a multiple of the block size, heap or native
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     * @throws IllegalArgumentException if the size is no multiple of the block size
     */
    public void read(long lba, MemorySegment target) {
        check(lba, target.byteSize());
        controller.shared().call(io -> io.read(this, lba, target));
    }

    /**
     * Writes blocks. What a volatile cache of the controller holds is lost without power: {@link #flush} it.
     *
     * @param lba the first block
     * @param source what to write, a multiple of the block size, heap or native
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     * @throws IllegalArgumentException if the size is no multiple of the block size
     */
    public void write(long lba, MemorySegment source) {
        check(lba, source.byteSize());
        controller.shared().call(io -> io.write(this, lba, source));
    }

    /** Puts on the media what was written before. */
    public void flush() {
        awaitReady().requireUsable();
        controller.shared().call(io -> io.flush(this));
    }

    /**
     * Writes zeroes, by the controller's own command where it has one.
     *
     * @param lba the first block
     * @param blocks how many
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     */
    public void writeZeroes(long lba, long blocks) {
        checkBlocks(lba, blocks);
        boolean own = controller.info().hasWriteZeroes();
        try {
            controller.shared().call(io -> io.writeZeroes(this, lba, blocks, own));
        } catch (CommandFailedException e) {
            if (!own || !e.is(StatusCode.INVALID_OPCODE) && !e.is(StatusCode.INVALID_FIELD)) {
                throw e;
            }
            // It has the command, as it says, and does not take it.
            controller.shared().call(io -> io.writeZeroes(this, lba, blocks, false));
        }
    }

    /**
     * Tells the controller that blocks hold nothing of worth any more. What they read as afterwards is the controller's
     * business.
     *
     * @param lba the first block
     * @param blocks how many
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     * @throws IllegalStateException if the controller has no such command
     */
    public void deallocate(long lba, long blocks) {
        checkBlocks(lba, blocks);
        if (!controller.info().hasDatasetManagement()) {
            throw new IllegalStateException(controller.device().name() + " has no dataset management command");
        }
        controller.shared().call(io -> io.deallocate(this, lba, blocks));
    }

    /**
     * The namespace as a file of fixed size, for any positions and sizes. A write of part of a block reads the block first; two
     * channels that write parts of the same block at the same time undo each other's work.
     *
     * @param writable whether it may be written
     * @return the channel, owned by the caller, at position 0; closing it flushes what it wrote
     */
    public SeekableByteChannel channel(boolean writable) {
        awaitReady().requireUsable();
        return new NamespaceChannel(this, writable);
    }

    /**
     * As {@link #asynchronousChannel(boolean, QueueOptions, long, Executor)}, with {@link QueueOptions#defaults}, 2 MiB of
     * staging memory, and a virtual thread for each call of a handler.
     */
    public AsynchronousFileChannel asynchronousChannel(boolean writable) {
        return asynchronousChannel(writable, QueueOptions.defaults(), 2 << 20, Thread::startVirtualThread);
    }

    /**
     * The namespace as an asynchronous file of fixed size. It has a queue for itself, to which a thread of its own sends all
     * operations that have come, of any threads, with one doorbell. Buffers may be of any kind, as long as any thread may
     * access them: what is moved is copied through staging memory.
     *
     * <p>Reads may be of any bytes. Writes are of whole blocks: another size or position is an
     * {@link IllegalArgumentException}. {@link AsynchronousFileChannel#force} has what was written before put on the media;
     * closing the channel does not. There are no locks. A command that fails, or a controller that is lost, is an
     * {@link java.io.IOException} with the driver's exception as its cause.
     *
     * <p>Closing the channel ends what is under way with {@link java.nio.channels.AsynchronousCloseException}; a buffer is
     * not touched any more then, and a write was done, was not done, or was done in part. Close it before the controller.
     *
     * @param writable whether it may be written
     * @param queue how its queue is made
     * @param staging bytes that are copied through at a time, which bounds how much is under way; a block or more
     * @param handlers what calls completion handlers. One that calls them at once does so on the channel's own thread: they
     *     must not block then, and an interrupt that they see means nothing
     * @return the channel, owned by the caller; its methods are thread-safe
     * @throws IllegalStateException if the namespace cannot be used, or the controller has no more queues
     * @throws CommandFailedException if the controller refuses the queue
     */
    public AsynchronousFileChannel asynchronousChannel(
            boolean writable, QueueOptions queue, long staging, Executor handlers) {
        awaitReady().requireUsable();
        Objects.requireNonNull(handlers, "handlers");
        PciDevice device = controller.device();
        IoQueue own = controller.queue(queue);
        try {
            Staging between = Staging.of(device.dma(), staging, "nvme channel", info.blockSize());
            try {
                ChannelThread thread = new ChannelThread(this, own, between, device::guard);
                thread.start();
                return new NamespaceAsyncChannel(this, writable, thread, handlers);
            } catch (RuntimeException e) {
                throw Closing.after(e, between);
            }
        } catch (RuntimeException e) {
            throw Closing.after(e, own);
        }
    }

    /** {@code namespace 1 of 0000:01:00.0}. */
    @Override
    public String toString() {
        return "namespace " + Integer.toUnsignedString(id()) + " of "
                + controller.device().name();
    }

    void update(NamespaceInfo now, boolean notReady) {
        info = now;
        late = notReady;
    }

    private void check(long lba, long bytes) {
        NamespaceInfo now = awaitReady();
        now.requireUsable();
        if (bytes % now.blockSize() != 0) {
            throw new IllegalArgumentException(
                    Hex.of(bytes) + " bytes are no multiple of the block size " + now.blockSize() + " of " + this);
        }
        checkBlocks(lba, bytes / now.blockSize());
    }

    private void checkBlocks(long lba, long blocks) {
        NamespaceInfo now = awaitReady();
        now.requireUsable();
        if (lba < 0 || blocks < 0 || lba > now.blocks() - blocks) {
            throw new IndexOutOfBoundsException(Hex.of(blocks) + " blocks from " + Hex.of(lba)
                    + " on are not inside the " + Hex.of(now.blocks()) + " of " + this);
        }
    }
}
