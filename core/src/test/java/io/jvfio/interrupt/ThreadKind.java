// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

/** The two kinds of thread, which wait in different ways. */
enum ThreadKind {
    PLATFORM,
    VIRTUAL;

    /** A thread of this kind, not started. */
    Thread of(Runnable task) {
        return this == PLATFORM
                ? Thread.ofPlatform().daemon().unstarted(task)
                : Thread.ofVirtual().unstarted(task);
    }
}
