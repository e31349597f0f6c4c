// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Who wants to hear of what fails on threads that are nobody's. A listener may unregister itself or others while it is
 * called. Threads: thread-safe.
 */
final class Failures {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** One registration; the same listener may be registered twice. */
    private record Entry(Consumer<? super Throwable> listener, Object identity) {}

    private final CopyOnWriteArrayList<Entry> entries = new CopyOnWriteArrayList<>();

    ListenerRegistration add(Consumer<? super Throwable> listener) {
        Entry entry = new Entry(listener, new Object());
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    /** Calls all that are registered now. What one throws is only logged: there is nobody left to tell. */
    void tell(Throwable failure) {
        for (Entry entry : entries) {
            try {
                entry.listener.accept(failure);
            } catch (RuntimeException | Error e) {
                e.addSuppressed(failure);
                LOG.log(System.Logger.Level.WARNING, "a listener for failures failed", e);
            }
        }
    }
}
