// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of {@link DmaRegistry}: where its memory is, who has been told, and who is using it just now.
 *
 * <p>The word {@code pins} counts the transfers under way; its sign bit says that the mapping is being unmapped and
 * takes no more of them. The thread that unmaps sets the bit, then waits for the count to reach 0; who counts down to 0
 * under a set bit wakes it.
 *
 * <p>Threads: thread-safe; {@link #pin} and {@link #unpin} take no lock and allocate nothing.
 */
final class RegisteredMapping implements DmaMapping {

    /**
     * A part of the mapping that is contiguous for the device; behind an IOMMU there is just one.
     *
     * @param range the addresses
     * @param offset bytes from the start of the mapped memory
     */
    record Run(RegisteredMapping mapping, IovaRange range, long offset) {}

    private static final int CLOSING = 1 << 31;
    private static final VarHandle PINS;

    static {
        try {
            PINS = MethodHandles.lookup().findVarHandle(RegisteredMapping.class, "pins", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final DmaRegistry registry;
    private final DmaSource source;
    private final Access access;
    private final String label;
    private final Instant since;
    private final @Nullable Throwable origin;
    private final List<Run> runs;

    /** Which backends have it, in the order in which they were told. Guarded by the registry's joins lock. */
    private final List<DmaBackend> backends = new ArrayList<>(1);

    private final ReentrantLock closing = new ReentrantLock();
    private volatile boolean open = true;

    @SuppressWarnings("FieldMayBeFinal") // changed through PINS
    private volatile int pins;

    private volatile @Nullable Thread waiter;

    RegisteredMapping(
            DmaRegistry registry,
            DmaSource source,
            MapRequest request,
            List<IovaRange> ranges,
            Instant since,
            @Nullable Throwable origin) {
        this.registry = registry;
        this.source = source;
        this.access = request.access();
        this.label = request.label();
        this.since = since;
        this.origin = origin;
        List<Run> parts = new ArrayList<>(ranges.size());
        long offset = 0;
        for (IovaRange range : ranges) {
            parts.add(new Run(this, range, offset));
            offset += range.last() - range.start() + 1;
        }
        this.runs = List.copyOf(parts);
    }

    @Override
    public IovaRange range() {
        return runs.getFirst().range();
    }

    @Override
    public long length() {
        return source.length();
    }

    @Override
    public DmaSource source() {
        return source;
    }

    @Override
    public Access access() {
        return access;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public long deviceAddress(long offset) {
        Run run = runAt(offset);
        return run.range().start() + (offset - run.offset());
    }

    @Override
    public long contiguous(long offset) {
        Run run = runAt(offset);
        return run.range().last() - run.range().start() + 1 - (offset - run.offset());
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        closing.lock();
        try {
            if (open) {
                registry.end(this);
                open = false;
            }
        } finally {
            closing.unlock();
        }
    }

    List<Run> runs() {
        return runs;
    }

    /** The addresses, one range for each run. */
    List<IovaRange> ranges() {
        return runs.stream().map(Run::range).toList();
    }

    List<DmaBackend> backends() {
        return backends;
    }

    Instant since() {
        return since;
    }

    @Nullable Throwable origin() {
        return origin;
    }

    /** Keeps the mapping until {@link #unpin}; false if it is being unmapped. */
    boolean pin() {
        int now = pins;
        while (now >= 0) {
            if (now == Integer.MAX_VALUE) {
                throw new IllegalStateException(this + " is pinned too often; a close is missing");
            }
            int seen = (int) PINS.compareAndExchange(this, now, now + 1);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }

    /** Ends one {@link #pin}. */
    void unpin() {
        int before = (int) PINS.getAndAdd(this, -1);
        if (before == (CLOSING | 1)) {
            LockSupport.unpark(waiter);
        }
    }

    /** From here on nobody can pin it. */
    void refusePins() {
        PINS.getAndBitwiseOr(this, CLOSING);
    }

    /** Takes back {@link #refusePins}. */
    void allowPins() {
        PINS.getAndBitwiseAnd(this, ~CLOSING);
    }

    /** Waits until nobody has it pinned. An interrupt does not end the wait and is kept. */
    boolean awaitUnpinned(Duration limit) {
        waiter = Thread.currentThread();
        boolean interrupted = false;
        long deadline = System.nanoTime() + limit.toNanos();
        while (pins != CLOSING) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                break;
            }
            LockSupport.parkNanos(this, left);
            interrupted |= Thread.interrupted();
        }
        waiter = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return pins == CLOSING;
    }

    /** How many transfers have it pinned. */
    int pinned() {
        return pins & ~CLOSING;
    }

    private Run runAt(long offset) {
        Objects.checkIndex(offset, length());
        int low = 0;
        int high = runs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.get(middle).offset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return runs.get(low);
    }

    /** {@code "ring" at 0x1000..0x1fff}. */
    @Override
    public String toString() {
        String where = runs.size() == 1 ? range().toString() : range() + " and " + (runs.size() - 1) + " more runs";
        return (label.isEmpty() ? "mapping at " : '"' + label + "\" at ") + where;
    }
}
