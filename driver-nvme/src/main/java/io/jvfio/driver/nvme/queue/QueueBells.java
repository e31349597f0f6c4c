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

    /** How many completions were taken since the controller was told of that. */
    private int untold;

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

    /** A completion was taken. */
    public void taken() {
        untold++;
    }

    /**
     * Tells of new commands.
     *
     * @param active how many are under way, these among them
     */
    public void submit(int active) {
        if (untold + active > room) {
            tellTaken();
        }
        submission.ring();
    }

    /** Some completions were taken, and no more for the moment, with so many commands still under way. */
    public void reaped(int active) {
        if (active == 0 || untold > room / 2) {
            tellTaken();
        }
    }

    /** Both rings are empty again, and the controller knows. */
    public void restarted() {
        untold = 0;
    }

    private void tellTaken() {
        untold = 0;
        completion.ring();
    }
}
