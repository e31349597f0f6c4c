// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

import io.jvfio.driver.nvme.data.DescriptorPages;

/**
 * What a queue is made of.
 *
 * <p>Threads: immutable.
 *
 * @param id its number, 1 or more; both queues of the pair have it
 * @param vector its interrupt vector, or -1
 * @param submission the ring of commands
 * @param completion the ring of completions, with as many entries
 * @param lists the pages for lists of each command
 * @param submissionAddress the device's address of the ring of commands
 * @param completionAddress the device's address of the ring of completions
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record QueueShape(
        int id,
        int vector,
        SubmissionRing submission,
        CompletionRing completion,
        DescriptorPages[] lists,
        long submissionAddress,
        long completionAddress) {
    public QueueShape {
        if (submission.entries() != completion.entries() || lists.length >= submission.entries()) {
            throw new IllegalArgumentException("rings of " + submission.entries() + " and " + completion.entries()
                    + " entries for " + lists.length + " commands");
        }
    }

    /** How many commands can be under way. */
    public int commands() {
        return lists.length;
    }

    /** Empties both rings: the controller has forgotten the queue. */
    public void clear() {
        submission.clear();
        completion.clear();
    }
}
