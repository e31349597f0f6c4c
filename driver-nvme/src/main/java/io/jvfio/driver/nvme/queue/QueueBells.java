// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

/**
 * When the controller is told what has changed in a pair of rings: of commands when the queue says so; of completions that
 * were taken once they are half of the ring or nothing is under way, and before it could lack the room for another one.
 *
 * <p>Threads: one at a time.
 */
public final class QueueBells {
    private final SubmissionRing submission;
    private final CompletionRing completion;
    private final int room;

    /**
     * The doorbells of two empty rings.
     *
     * @param room how many completions the controller can put into its ring
     */
    public QueueBells(SubmissionRing submission, CompletionRing completion, int room) {
        this.submission = submission;
        this.completion = completion;
        this.room = room;
    }

    /**
     * Tells of new commands.
     *
     * @param active how many are under way, these among them
     */
    public void submit(int active) {
        if (completion.untold() + active > room) {
            completion.ring();
        }
        submission.ring();
    }

    /** Some completions were taken, and no more for the moment, with so many commands still under way. */
    public void reaped(int active) {
        if (active == 0 || completion.untold() > room / 2) {
            completion.ring();
        }
    }
}
