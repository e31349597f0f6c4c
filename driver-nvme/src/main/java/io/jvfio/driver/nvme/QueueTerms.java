// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.data.DataDescription;

/**
 * What a queue and its commands keep to.
 *
 * <p>Threads: immutable.
 *
 * @param owner the controller whose namespaces it serves
 * @param mode how completions are waited for
 * @param maxTransfer bytes of one command
 * @param timeout nanoseconds for a command
 * @param retries when a command is tried again
 * @param description how commands describe their data
 */
record QueueTerms(
        NvmeController owner,
        CompletionMode mode,
        int maxTransfer,
        long timeout,
        Retries retries,
        DataDescription description) {}
