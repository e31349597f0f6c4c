// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.queue.QueueWait;

/** How {@link IoQueue#await} waits. Threads: immutable. */
public enum CompletionMode {
    /** Looks at memory all the time: the shortest latency, and a processor for it. No interrupts. */
    POLLED(2_000_000),
    /** Sleeps until the queue's own vector interrupts. */
    INTERRUPT(0),
    /** Looks at memory as long as completions usually take, then sleeps until the interrupt. */
    ADAPTIVE(QueueWait.ADAPTIVE);

    /** How long a wait spins before it sleeps, as {@link QueueWait} takes it. */
    final long spin;

    CompletionMode(long spin) {
        this.spin = spin;
    }
}
