// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import java.util.Objects;

/**
 * How a pair of queues is made.
 *
 * <p>Threads: immutable.
 *
 * @param depth how many commands can be under way, 1 to 65535. No more than 4096 are, so that an identifier has four bits
 *     for telling one command of a place from the next; the controller's own limit applies too
 * @param mode how completions are waited for
 * @param controllerMemory whether the submission queue is put into the controller memory buffer, where there is one that
 *     takes it
 */
public record QueueOptions(int depth, CompletionMode mode, boolean controllerMemory) {
    /** The identifiers' other four bits tell a late completion from that of the next command in the same place. */
    static final int MOST_COMMANDS = 1 << 12;

    /** Checks the depth. */
    public QueueOptions {
        Objects.requireNonNull(mode, "mode");
        if (depth < 1 || depth > 65535) {
            throw new IllegalArgumentException("a queue for " + depth + " commands");
        }
    }

    /** 128 commands, adaptive completion, queues in this host's memory. */
    public static QueueOptions defaults() {
        return new QueueOptions(128, CompletionMode.ADAPTIVE, false);
    }

    /** The same for so many commands. */
    public QueueOptions withDepth(int commands) {
        return new QueueOptions(commands, mode, controllerMemory);
    }

    /** The same with completions waited for in this way. */
    public QueueOptions withMode(CompletionMode choice) {
        return new QueueOptions(depth, choice, controllerMemory);
    }

    /** The same with the submission queue in the controller memory buffer, or not. */
    public QueueOptions withControllerMemory(boolean wanted) {
        return new QueueOptions(depth, mode, wanted);
    }
}
