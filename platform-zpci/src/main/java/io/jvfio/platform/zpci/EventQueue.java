// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci;

import io.jvfio.device.VfioDevice;
import io.jvfio.device.ZpciErrors;
import io.jvfio.iommu.IovaExplanation;
import io.jvfio.pci.ListenerRegistration;
import io.jvfio.platform.zpci.spec.ErrorCode;
import io.jvfio.platform.zpci.spec.ErrorRecord;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The errors of one function: taken from below, explained, kept and told. Threads: thread-safe. */
final class EventQueue {
    /** Somebody below who always has another record is not listened to any further. */
    private static final int MOST_AT_ONCE = 64;

    /** One registration; the same listener may be registered twice. */
    private record Entry(Consumer<? super ZpciEvent> listener, Object identity) {}

    private final VfioDevice below;
    private final @Nullable ZpciErrors errors;
    private final Remedies remedies;
    private final Consumer<RuntimeException> failures;
    private final CopyOnWriteArrayList<Entry> listeners = new CopyOnWriteArrayList<>();

    /** Guarded by itself. */
    private final Deque<ZpciEvent> kept = new ArrayDeque<>();

    private volatile boolean failedForGood;

    /**
     * The errors of the device below a layer.
     *
     * @param failures told what a listener throws
     */
    EventQueue(VfioDevice below, Remedies remedies, Consumer<RuntimeException> failures) {
        this.below = below;
        this.errors = below.ability(ZpciErrors.class).orElse(null);
        this.remedies = remedies;
        this.failures = failures;
    }

    boolean exists() {
        return errors != null;
    }

    boolean failedForGood() {
        return failedForGood;
    }

    List<ZpciEvent> latest() {
        synchronized (kept) {
            return List.copyOf(kept);
        }
    }

    ListenerRegistration add(Consumer<? super ZpciEvent> listener) {
        Entry entry = new Entry(listener, new Object());
        listeners.add(entry);
        return () -> listeners.remove(entry);
    }

    /** Takes all there are. */
    List<ZpciEvent> drain() {
        List<ZpciEvent> taken = new ArrayList<>();
        if (errors == null) {
            return taken;
        }
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            Optional<byte[]> bytes = errors.next();
            if (bytes.isEmpty()) {
                break;
            }
            ErrorRecord record = ErrorRecord.parse(MemorySegment.ofArray(bytes.get()));
            // The kernel keeps these to itself, as they say nothing of the function.
            if (!ErrorCode.measurement(record.pec())) {
                ZpciEvent event = explained(record);
                taken.add(event);
                tell(event);
            }
        }
        return List.copyOf(taken);
    }

    private ZpciEvent explained(ErrorRecord record) {
        boolean permanent = ErrorCode.permanent(record.pec());
        if (permanent) {
            failedForGood = true;
        }
        IovaExplanation address = ErrorCode.translation(record.pec()) ? explanation(record.faddr()) : null;
        ZpciEvent event = new ZpciEvent(Instant.now(), record, address, remedies.of(permanent));
        synchronized (kept) {
            if (kept.size() == Zpci.KEPT_EVENTS) {
                kept.removeFirst();
            }
            kept.addLast(event);
        }
        return event;
    }

    private @Nullable IovaExplanation explanation(long address) {
        try {
            return below.addressSpace().mappings().explain(address);
        } catch (IllegalStateException detached) {
            return null;
        }
    }

    private void tell(ZpciEvent event) {
        for (Entry entry : listeners) {
            try {
                entry.listener.accept(event);
            } catch (RuntimeException e) {
                failures.accept(e);
            }
        }
    }
}
