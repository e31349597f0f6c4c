// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.MemoryFaults;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is mapped at a range of IOVAs while a device model, or a server, moves bytes there: none of the mappings
 * under it is unmapped before {@link #close}. Filled by {@link DmaMappings#pin}, and reusable, so that a transfer allocates
 * nothing.
 *
 * <p>Hold it only for the transfer: an unmap waits for it, and gives up after a second.
 *
 * <p>Memory may be of a file that another process cuts short. The fault is this transfer's alone: it comes out as a {@link
 * VfioException} with EFAULT, of {@link #read} and {@link #write}, or of {@link #close} for who has used {@link #memory}
 * himself. In between it can appear as {@link InternalError}.
 *
 * <p>Threads: one at a time.
 */
public final class DmaPin implements AutoCloseable {

    /** Whether a range is held, or why not. */
    public enum Result {
        /** It is held until {@link DmaPin#close}. */
        PINNED,
        /** At {@link DmaPin#fault} nothing is mapped, or it is just being unmapped. */
        UNMAPPED,
        /** At {@link DmaPin#fault} the mapping does not grant the access. */
        DENIED
    }

    private final SystemCalls sys = SystemCalls.linux();

    private @Nullable RegisteredMapping[] mappings = new @Nullable RegisteredMapping[4];
    private long[] offsets = new long[4];
    private long[] lengths = new long[4];
    private int parts;
    private long length;
    private long fault;
    private Access access = Access.READ;

    /** Whether memory that can fault may have been accessed, and a fault may be pending. */
    private boolean touched;

    /** Holds nothing yet. */
    public DmaPin() {}

    /** How many mappings, or contiguous runs of them, lie under the range; 0 if nothing is held. */
    public int parts() {
        return parts;
    }

    /** How many bytes are held. */
    public long length() {
        return length;
    }

    /**
     * The mapping under a part.
     *
     * @param part 0 to {@code parts() - 1}
     */
    public DmaMapping mapping(int part) {
        return registration(part);
    }

    /**
     * Where a part starts, in bytes from the start of its mapping.
     *
     * @param part 0 to {@code parts() - 1}
     */
    public long offset(int part) {
        return offsets[Objects.checkIndex(part, parts)];
    }

    /**
     * How many bytes a part has.
     *
     * @param part 0 to {@code parts() - 1}
     */
    public long length(int part) {
        return lengths[Objects.checkIndex(part, parts)];
    }

    /**
     * All memory of the mapping under a part, or null if it is not in this process. The part starts in it at
     * {@link #offset(int)}. Allocates nothing.
     *
     * @param part 0 to {@code parts() - 1}
     */
    public @Nullable MemorySegment memory(int part) {
        DmaSource source = registration(part).source();
        touched |= !source.cannotFault();
        return source.local();
    }

    /** The first address that could not be held, after a result other than {@link Result#PINNED}. */
    public long fault() {
        return fault;
    }

    /**
     * Copies from the range to all of {@code target}. Memory in this process is copied without allocation; for remote
     * memory this blocks until the other side has answered.
     *
     * @param offset bytes from the start of the range
     * @param target where to; part of the range must be as long
     * @throws IndexOutOfBoundsException if the range ends before
     * @throws VfioException with EFAULT if the memory is no longer there, or what remote memory fails with
     */
    public void read(long offset, MemorySegment target) {
        transfer(offset, target, false);
    }

    /**
     * Copies all of {@code source} into the range, as {@link #read} does in the other direction.
     *
     * @param offset bytes from the start of the range
     * @param source what to copy
     * @throws IndexOutOfBoundsException if the range ends before
     * @throws IllegalStateException if the range is held for reading alone
     */
    public void write(long offset, MemorySegment source) {
        if (!access.writable()) {
            throw new IllegalStateException("the range is held for reading, not for writing");
        }
        transfer(offset, source, true);
    }

    /**
     * Lets go. Idempotent; the object can be used again.
     *
     * @throws VfioException with EFAULT if {@link #memory} was no longer there; it is let go of all the same
     */
    @Override
    public void close() {
        try {
            settle();
        } finally {
            letGo();
        }
    }

    /** Has a fault of this transfer appear while it still holds its mappings. */
    private void settle() {
        if (touched) {
            touched = false;
            try {
                MemoryFaults.forceOut(sys);
            } catch (InternalError e) {
                throw failed(e);
            }
        }
    }

    private VfioException failed(InternalError error) {
        if (!MemoryFaults.isFault(error)) {
            throw error;
        }
        VfioException failure = new VfioException(
                "DMA", Errno.EFAULT, String.valueOf(mappings[0]), "memory there has been taken away by its owner");
        failure.initCause(error);
        return failure;
    }

    private void letGo() {
        for (int i = 0; i < parts; i++) {
            registration(i).unpin();
        }
        for (int i = 0; i < parts; i++) {
            mappings[i] = null;
        }
        parts = 0;
        length = 0;
    }

    /** Starts to be filled. */
    void begin(Access rights) {
        if (parts != 0) {
            throw new IllegalStateException("the pin still holds " + parts + " mappings; close it first");
        }
        fault = 0;
        access = rights;
    }

    /** Makes room for one more part, so that {@link #add} cannot fail. */
    void ensureRoom() {
        if (parts == mappings.length) {
            mappings = Arrays.copyOf(mappings, parts * 2);
            offsets = Arrays.copyOf(offsets, parts * 2);
            lengths = Arrays.copyOf(lengths, parts * 2);
        }
    }

    /** Takes over one count of a mapping's pins. */
    void add(RegisteredMapping mapping, long offset, long bytes) {
        mappings[parts] = mapping;
        offsets[parts] = offset;
        lengths[parts++] = bytes;
        length += bytes;
    }

    /** Lets go of what was added and remembers why. */
    void fail(long address) {
        close();
        fault = address;
    }

    private void transfer(long offset, MemorySegment local, boolean toRange) {
        long size = local.byteSize();
        Objects.checkFromIndexSize(offset, size, length);
        try {
            moveAll(offset, local, toRange);
        } catch (InternalError e) {
            throw failed(e);
        }
        settle();
    }

    private void moveAll(long offset, MemorySegment local, boolean toRange) {
        long size = local.byteSize();
        long skip = offset;
        long done = 0;
        for (int i = 0; done < size; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            long bytes = Math.min(lengths[i] - skip, size - done);
            move(i, offsets[i] + skip, local, done, bytes, toRange);
            done += bytes;
            skip = 0;
        }
    }

    private void move(int part, long at, MemorySegment local, long done, long bytes, boolean toRange) {
        DmaSource source = registration(part).source();
        if (source instanceof DmaSource.Remote remote) {
            (toRange ? remote.write() : remote.read()).run(at, local.asSlice(done, bytes));
            return;
        }
        MemorySegment memory = Objects.requireNonNull(source.local());
        touched |= !source.cannotFault();
        if (toRange) {
            MemorySegment.copy(local, done, memory, at, bytes);
        } else {
            MemorySegment.copy(memory, at, local, done, bytes);
        }
    }

    private RegisteredMapping registration(int part) {
        return Objects.requireNonNull(mappings[Objects.checkIndex(part, parts)]);
    }
}
