// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

/** What is told of completed commands. Threads: called by the thread that polls the queue. */
@FunctionalInterface
public interface CompletionHandler {

    /**
     * A command is complete. It is already free again: its results may be read until another command is taken, which may
     * be done, and posted, in here.
     *
     * @param command the command, with its status
     */
    void completed(NvmeCommand command);
}
