// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

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

    private @Nullable RegisteredMapping[] mappings = new @Nullable RegisteredMapping[4];
    private long[] offsets = new long[4];
    private long[] lengths = new long[4];
    private int parts;
    private long length;
    private long fault;
    private Access access = Access.READ;

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
        return registration(part).source().local();
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

    /** Lets go. Idempotent; the object can be used again. */
    @Override
    public void close() {
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
