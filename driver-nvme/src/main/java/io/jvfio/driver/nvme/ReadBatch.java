// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Closing;
import io.jvfio.Hex;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many pieces of a namespace that are read by one call, each to a place of its own: for whoever has pages or columns to
 * fetch. It is made once for a queue, then filled, read and cleared again and again, without allocating.
 *
 * <p>{@snippet :
 * try (IoQueue queue = controller.queue(QueueOptions.defaults());
 *         ReadBatch batch = ReadBatch.of(queue, namespace, 512)) {
 *     batch.add(offset, frames, frame * 4096, 4096);
 *     if (batch.read() > 0) {
 *         batch.check();
 *     }
 *     batch.clear();
 * }
 * }
 *
 * <p><b>Memory.</b> The device reads straight into a {@link DmaBuffer}: one that jvfio has made, a buffer of a pool, or the
 * user's memory that was {@linkplain io.jvfio.iommu.Dma#map mapped}. Then the extent is of whole blocks. Other memory, on the
 * heap or not, takes any bytes, but passes through staging memory of the batch, which costs a copy and has to be asked for.
 *
 * <p><b>Commands.</b> An extent of more than one command can move is split. As many commands are under way as the queue has
 * room for; in one of 128 commands or more 64 go with one doorbell, in one of 32 or more 32. A smaller queue rings for each
 * half of it. A command that fails for a reason that may pass is tried again, as in any queue; such tries ring more often.
 *
 * <p><b>Failures.</b> An extent whose command fails has a {@link #status}; the others are read all the same. If
 * {@link #read} throws, controller or device are lost, or closed: extents that had not ended by then have no status, and the
 * device may write to their memory until it is unmapped or the controller is closed.
 *
 * <p>Threads: one at a time, that of the queue. A virtual thread parks in {@link #read}, and holds no carrier meanwhile.
 */
public final class ReadBatch implements AutoCloseable {
    /** What an address has to be a multiple of to be described in any way. */
    private static final int DWORD = 4;

    private final IoQueue queue;
    private final Namespace namespace;
    private final Consumer<Runnable> guard;
    private final @Nullable Staging staging;
    private final ExtentIo io;
    private final Extent[] extents;
    private final Runnable work = this::readAll;
    private int count;
    private int ended;
    private int failures;

    /** Whether the extents that are in it were read. */
    private boolean done;

    private boolean broken;
    private boolean closed;

    /** Takes the staging memory over, once it is made. */
    ReadBatch(IoQueue queue, Namespace namespace, int capacity, @Nullable Staging staging, Consumer<Runnable> guard) {
        if (capacity < 1 || capacity > 1 << 16) {
            throw new IllegalArgumentException("a batch of " + capacity + " extents");
        }
        this.queue = queue;
        this.namespace = namespace;
        this.guard = guard;
        this.staging = staging;
        this.io = new ExtentIo(queue, namespace, staging, this::ended);
        this.extents = new Extent[capacity];
        for (int extent = 0; extent < capacity; extent++) {
            extents[extent] = new Extent();
        }
    }

    /**
     * A batch that reads into memory that the device reaches.
     *
     * @param queue a queue of the namespace's controller, borrowed; others may use it between two reads
     * @param capacity how many extents it has room for, 1 to 65536
     * @throws IllegalArgumentException if the queue is of another controller
     * @throws IllegalStateException if the namespace cannot be used
     */
    public static ReadBatch of(IoQueue queue, Namespace namespace, int capacity) {
        return of(queue, namespace, capacity, 0);
    }

    /**
     * A batch that reads into any memory, with staging memory for that which the device does not reach.
     *
     * @param queue a queue of the namespace's controller, borrowed; others may use it between two reads
     * @param capacity how many extents it has room for, 1 to 65536
     * @param staging bytes, allocated and mapped now and until the batch is closed; where they are less than what is read at
     *     a time, they are used again within a read. 0 for none
     * @throws IllegalArgumentException if the queue is of another controller, or the staging memory is less than a block
     * @throws IllegalStateException if the namespace cannot be used
     */
    public static ReadBatch of(IoQueue queue, Namespace namespace, int capacity, long staging) {
        namespace.awaitReady().requireUsable();
        queue.requireOwner(namespace);
        PciDevice device = namespace.controller().device();
        if (staging == 0) {
            return new ReadBatch(queue, namespace, capacity, null, device::guard);
        }
        Staging between =
                Staging.of(device.dma(), staging, "nvme batch", namespace.info().blockSize());
        try {
            return new ReadBatch(queue, namespace, capacity, between, device::guard);
        } catch (RuntimeException e) {
            throw Closing.after(e, between);
        }
    }

    /** How many extents it has room for. */
    public int capacity() {
        return extents.length;
    }

    /** How many extents are in it. */
    public int size() {
        return count;
    }

    /**
     * Adds an extent that the device reads straight into a buffer. Allocates nothing.
     *
     * @param offset where it starts in the namespace, in bytes, a multiple of the block size
     * @param target a buffer of this device; stays open until the batch is read
     * @param at where the bytes go in the buffer, so that the device's address is a multiple of 4
     * @param length bytes, 1 or more, a multiple of the block size
     * @return the extent's number, 0 for the first after {@link #clear}
     * @throws IndexOutOfBoundsException if the bytes are not inside the namespace, or not inside the buffer
     * @throws IllegalArgumentException if they are not whole blocks, or the address is no multiple of 4
     * @throws IllegalStateException if the batch is full, was read and not cleared, or the buffer is closed
     */
    public int add(long offset, DmaBuffer target, long at, long length) {
        Objects.checkFromIndexSize(at, length, target.size());
        check(offset, length);
        if ((offset | length) % io.blockSize() != 0) {
            throw new IllegalArgumentException(Hex.of(length) + " bytes at " + Hex.of(offset)
                    + " are no whole blocks of " + io.blockSize()
                    + " bytes, which a device reads alone: read them into "
                    + "a segment through staging memory");
        }
        if (target.deviceAddress(at) % DWORD != 0) {
            throw new IllegalArgumentException(
                    Hex.of(at) + " in " + target + " is at an address that is no multiple of " + DWORD);
        }
        extents[count].direct(IoOpcode.READ, offset, length, target, at);
        return count++;
    }

    /**
     * Adds an extent of any bytes that is read through staging memory, and copied: also one into memory of a
     * {@link DmaBuffer}. Allocates nothing.
     *
     * @param offset where it starts in the namespace, in bytes
     * @param target what to fill, heap or native, 1 byte or more; the thread that reads may access it
     * @return the extent's number, 0 for the first after {@link #clear}
     * @throws IndexOutOfBoundsException if the bytes are not inside the namespace
     * @throws IllegalArgumentException if the batch has no staging memory, or the target is read-only
     * @throws IllegalStateException if the batch is full, or was read and not cleared
     */
    public int add(long offset, MemorySegment target) {
        check(offset, target.byteSize());
        if (staging == null) {
            throw new IllegalArgumentException("a batch without staging memory reads only into DMA buffers: map the"
                    + " memory, or make the batch with staging memory");
        }
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("the target is read-only");
        }
        extents[count].staged(IoOpcode.READ, offset, target);
        return count++;
    }

    /** Takes all extents out, and lets go of their memory. */
    public void clear() {
        for (int extent = 0; extent < count; extent++) {
            extents[extent].forget();
        }
        count = 0;
        done = false;
    }

    /**
     * Reads all that was added, and waits for it in the way of the queue's {@link IoQueue#mode}. An interrupt of the thread
     * does not end that, and is kept. Allocates nothing.
     *
     * @return how many extents failed
     * @throws IllegalStateException if commands of others are under way in the queue, the batch was read and not cleared, or
     *     anything was closed
     * @throws ControllerFailedException if the controller cannot be had back
     * @throws io.jvfio.device.DeviceGoneException if the device is gone
     */
    public int read() {
        checkOpen();
        if (done || broken) {
            throw new IllegalStateException(
                    broken ? "an earlier read of this batch did not end" : "the batch was read and not cleared");
        }
        if (queue.busy() > 0) {
            throw new IllegalStateException(queue.busy() + " commands of others are under way in " + queue);
        }
        for (int extent = 0; extent < count; extent++) {
            extents[extent].begin(io.blockSize());
        }
        ended = 0;
        failures = 0;
        done = true;
        broken = true;
        guard.accept(work);
        broken = false;
        return failures;
    }

    /** Whether an extent was read. */
    public boolean succeeded(int extent) {
        return ofRead(extent).succeeded();
    }

    /**
     * How an extent ended.
     *
     * @param extent its number, as {@link #add} returned it
     * @return 0 if it was read, else the status of the first of its commands that failed, as
     *     {@link io.jvfio.driver.nvme.spec.StatusCode} explains it
     * @throws IndexOutOfBoundsException if there is no such extent
     * @throws IllegalStateException if the extent has not ended, or its target was closed before it did
     */
    public int status(int extent) {
        Extent of = ofRead(extent);
        RuntimeException problem = of.problem();
        if (problem != null) {
            throw new IllegalStateException("extent " + extent + ": " + problem.getMessage(), problem);
        }
        return of.status();
    }

    /**
     * Throws if an extent failed.
     *
     * @throws CommandFailedException with the status of the first that did
     * @throws IllegalStateException if the batch was not read, or a target was closed before it was
     */
    public void check() {
        for (int extent = 0; extent < count; extent++) {
            int status = status(extent);
            if (status != 0) {
                throw new CommandFailedException(
                        IoOpcode.name(IoOpcode.READ),
                        status,
                        Hex.of(extents[extent].length()) + " bytes at " + Hex.of(extents[extent].start()) + " of "
                                + namespace + ", " + queue);
            }
        }
    }

    /** Frees the staging memory. The queue and all targets stay. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            clear();
            if (staging != null) {
                staging.close();
            }
        }
    }

    /** {@code batch of 3 extents for queue 1 of 0000:01:00.0}. */
    @Override
    public String toString() {
        return "batch of " + count + " extents for " + queue;
    }

    private void readAll() {
        boolean interrupted = false;
        int posted = 0;
        try {
            while (ended < count) {
                while (posted < count && io.post(extents[posted])) {
                    posted++;
                }
                io.ring();
                try {
                    io.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void ended(Extent extent) {
        ended++;
        if (!extent.succeeded()) {
            failures++;
        }
    }

    private Extent ofRead(int extent) {
        Extent of = extents[Objects.checkIndex(extent, count)];
        if (!done || !of.isOver()) {
            throw new IllegalStateException("extent " + extent + " was not read");
        }
        return of;
    }

    private void check(long offset, long length) {
        checkOpen();
        if (done || count == extents.length) {
            throw new IllegalStateException(
                    done ? "the batch was read and not cleared" : "the batch is full: " + count + " extents");
        }
        if (length < 1) {
            throw new IllegalArgumentException("an extent of " + length + " bytes");
        }
        Objects.checkFromIndexSize(offset, length, namespace.info().size());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the batch is closed");
        }
    }
}
