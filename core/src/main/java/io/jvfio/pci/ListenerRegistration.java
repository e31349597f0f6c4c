// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

/** A registered listener. Threads: thread-safe. */
@FunctionalInterface
public interface ListenerRegistration extends AutoCloseable {

    /** Unregisters; a call that is under way goes on. Idempotent. May be called by the listener itself. */
    @Override
    void close();
}
