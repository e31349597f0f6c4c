// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

/** How {@link IoQueue#await} waits. Threads: immutable. */
public enum CompletionMode {
    /** Looks at memory all the time: the shortest latency, and a processor for it. No interrupts. */
    POLLED,
    /** Sleeps until the queue's own vector interrupts. */
    INTERRUPT,
    /** Looks at memory as long as completions usually take, then sleeps until the interrupt. */
    ADAPTIVE
}
