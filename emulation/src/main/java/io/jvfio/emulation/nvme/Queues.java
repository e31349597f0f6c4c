// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.AsyncEvent;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The queues that there are, and what the driver tells of them by doorbells: registers, or shadows in its memory.
 *
 * <p>Threads: one at a time.
 */
final class Queues {
    private static final int STRIDE = 0;

    private final Doorbells doorbells;
    private final boolean mapped;
    private final GuestMemory memory;
    private final AsyncEvents events;
    private final @Nullable SubmissionQueue[] submissions;
    private final @Nullable CompletionQueue[] completions;

    /** The values of the doorbells, by their index, that have been acted on. */
    private final int[] seen;

    /** The values of shadow doorbells, by the same index, that made no sense. */
    private final int[] refused;

    private final int most;
    private int allowed;

    /** Where the driver's shadow doorbells and their events are, while {@link #shadowed}. */
    private long shadow;

    private long shadowEvents;
    private boolean shadowed;

    /**
     * No queues yet.
     *
     * @param most I/O queue pairs, 1 or more
     * @param mapped whether doorbells may change without a trapped access
     */
    Queues(Doorbells doorbells, GuestMemory memory, AsyncEvents events, int most, boolean mapped) {
        this.doorbells = doorbells;
        this.mapped = mapped;
        this.memory = memory;
        this.events = events;
        this.most = most;
        this.allowed = most;
        this.submissions = new SubmissionQueue[most + 1];
        this.completions = new CompletionQueue[most + 1];
        this.seen = new int[2 * (most + 1)];
        this.refused = new int[seen.length];
    }

    /** How many I/O queue pairs there can be. */
    int most() {
        return most;
    }

    /** How many I/O queue pairs the driver has been promised. */
    int allowed() {
        return allowed;
    }

    void allowed(int pairs) {
        allowed = pairs;
    }

    /** Whether a number may be that of an I/O queue. */
    boolean isAllowed(int id) {
        return id >= 1 && id <= allowed;
    }

    @Nullable SubmissionQueue submission(int id) {
        return id < submissions.length ? submissions[id] : null;
    }

    @Nullable CompletionQueue completion(int id) {
        return id < completions.length ? completions[id] : null;
    }

    /** Whether there is any I/O queue. */
    boolean hasIoQueues() {
        for (int i = 1; i <= most; i++) {
            if (submissions[i] != null || completions[i] != null) {
                return true;
            }
        }
        return false;
    }

    void add(CompletionQueue queue, int size) {
        completions[queue.id()] = queue;
        long doorbell = completionDoorbell(queue.id());
        forget(doorbell);
        doorbells.limit(doorbell, size);
    }

    void add(SubmissionQueue queue) {
        submissions[queue.id()] = queue;
        queue.completions().addUser();
        forget(submissionDoorbell(queue.id()));
    }

    void removeSubmission(SubmissionQueue queue) {
        submissions[queue.id()] = null;
        queue.completions().removeUser();
    }

    void removeCompletion(CompletionQueue queue) {
        completions[queue.id()] = null;
        doorbells.limit(completionDoorbell(queue.id()), 0);
    }

    private void forget(long doorbell) {
        doorbells.store(doorbell, 0);
        seen[(int) doorbell / Integer.BYTES] = 0;
        refused[(int) doorbell / Integer.BYTES] = 0;
    }

    /** Forgets all queues, and the doorbells. */
    void reset() {
        Arrays.fill(submissions, null);
        Arrays.fill(completions, null);
        Arrays.fill(seen, 0);
        Arrays.fill(refused, 0);
        doorbells.reset();
        shadowed = false;
        allowed = most;
    }

    /**
     * From now on the doorbells of I/O queues are in the driver's memory. Those of queues that there are get their values.
     *
     * @param values where the values are, the start of a page
     * @param wanted where the controller says at which values it wants to be told, the start of a page
     * @return whether the memory could be written
     */
    boolean shadow(long values, long wanted) {
        shadow = values;
        shadowEvents = wanted;
        shadowed = true;
        boolean written = true;
        for (int i = 1; i <= most; i++) {
            SubmissionQueue sq = submissions[i];
            CompletionQueue cq = completions[i];
            written &= sq == null || memory.store(shadow + submissionDoorbell(i), sq.tail());
            written &= cq == null || memory.store(shadow + completionDoorbell(i), cq.head());
        }
        shadowed = written;
        return written;
    }

    /** Looks at the doorbells that are registers. Returns whether any changed. */
    boolean look() {
        boolean changed = false;
        for (int word = 0; word < doorbells.words(); word++) {
            long rung = doorbells.takeRung(word);
            while (rung != 0) {
                int index = word * Long.SIZE + Long.numberOfTrailingZeros(rung);
                rung &= rung - 1;
                act(index, doorbells.value((long) index * Integer.BYTES));
                changed = true;
            }
        }
        return mapped && poll() || changed;
    }

    private boolean poll() {
        boolean changed = false;
        for (int index = 0; index < seen.length; index++) {
            int value = doorbells.value((long) index * Integer.BYTES);
            if (value != seen[index]) {
                act(index, value);
                changed = true;
            }
        }
        return changed;
    }

    private void act(int index, int value) {
        int id = index / 2;
        if (index < seen.length) {
            seen[index] = value;
        }
        SubmissionQueue sq = index % 2 == 0 ? submission(id) : null;
        CompletionQueue cq = index % 2 == 0 ? null : completion(id);
        if (sq == null && cq == null) {
            events.raise(AsyncEvent.ERROR, AsyncEvent.INVALID_DOORBELL);
        } else if (shadowed && id != 0) {
            return; // the value is in memory
        } else if (sq != null ? !sq.submit(value) : cq != null && !cq.consume(value)) {
            events.raise(AsyncEvent.ERROR, AsyncEvent.INVALID_DOORBELL_VALUE);
        }
    }

    /** Looks at the shadow of a submission queue's doorbell. Returns false if it cannot be read. */
    boolean refresh(SubmissionQueue queue) {
        return !shadowed || queue.id() == 0 || take(queue);
    }

    private boolean take(SubmissionQueue queue) {
        long doorbell = submissionDoorbell(queue.id());
        long value = memory.load(shadow + doorbell);
        if (value >= 0 && (int) value != queue.tail() && !queue.submit((int) value)) {
            refuse(doorbell, (int) value);
        }
        return value >= 0;
    }

    /** Looks at the shadow of a completion queue's doorbell. Returns false if it cannot be read. */
    boolean refresh(CompletionQueue queue) {
        if (!shadowed || queue.id() == 0) {
            return true;
        }
        long doorbell = completionDoorbell(queue.id());
        long value = memory.load(shadow + doorbell);
        if (value >= 0 && (int) value != queue.head() && !queue.consume((int) value)) {
            refuse(doorbell, (int) value);
        }
        return value >= 0;
    }

    /** Once for each value, however often it is looked at. */
    private void refuse(long doorbell, int value) {
        int index = (int) doorbell / Integer.BYTES;
        if (refused[index] != value) {
            refused[index] = value;
            events.raise(AsyncEvent.ERROR, AsyncEvent.INVALID_DOORBELL_VALUE);
        }
    }

    /**
     * Asks the driver to ring, by the registers, for whatever it does next: for a controller that is about to rest.
     *
     * @return whether there is work already
     */
    boolean ask() {
        if (!shadowed) {
            return false;
        }
        boolean work = false;
        for (int i = 1; i <= most; i++) {
            SubmissionQueue sq = submissions[i];
            CompletionQueue cq = completions[i];
            if (cq != null) {
                memory.store(shadowEvents + completionDoorbell(i), cq.head());
            }
            if (sq != null) {
                memory.store(shadowEvents + submissionDoorbell(i), sq.tail());
            }
        }
        VarHandle.fullFence();
        for (int i = 1; i <= most; i++) {
            SubmissionQueue sq = submissions[i];
            if (sq != null) {
                work |= take(sq)
                        && refresh(sq.completions())
                        && sq.waiting() > 0
                        && sq.completions().room() > 0;
            }
        }
        return work;
    }

    private static long submissionDoorbell(int id) {
        return ControllerRegisters.submissionDoorbell(id, STRIDE) - ControllerRegisters.DOORBELLS;
    }

    private static long completionDoorbell(int id) {
        return ControllerRegisters.completionDoorbell(id, STRIDE) - ControllerRegisters.DOORBELLS;
    }
}
