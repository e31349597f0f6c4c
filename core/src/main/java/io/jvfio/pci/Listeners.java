// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Who wants to hear of one kind of event. A listener may unregister itself or others while it is called. Threads:
 * thread-safe.
 */
final class Listeners {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** One registration; the same listener may be registered twice. */
    private record Entry(Consumer<PciDevice> listener, Object identity) {}

    private final CopyOnWriteArrayList<Entry> entries = new CopyOnWriteArrayList<>();
    private final Failures failures;

    Listeners(Failures failures) {
        this.failures = failures;
    }

    ListenerRegistration add(Consumer<PciDevice> listener) {
        Entry entry = new Entry(listener, new Object());
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Calls all that are registered now. What one throws is told and keeps none of the others from being called. */
    void call(PciDevice device) {
        for (Entry entry : entries) {
            try {
                entry.listener.accept(device);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "a listener of " + device.name() + " failed", e);
                failures.tell(e);
            }
        }
    }
}
