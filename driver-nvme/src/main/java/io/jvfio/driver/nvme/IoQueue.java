// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.data.DataDescription;
import io.jvfio.driver.nvme.queue.CompletionRing;
import io.jvfio.driver.nvme.queue.QueueBells;
import io.jvfio.driver.nvme.queue.QueueHost;
import io.jvfio.driver.nvme.queue.QueueShape;
import io.jvfio.driver.nvme.queue.QueueWait;
import io.jvfio.driver.nvme.queue.SubmissionRing;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.StatusCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A pair of queues, one for commands and one for their completions: for one thread, which shares nothing with other
 * threads at its work, and so takes no lock. Posting and polling allocate nothing.
 *
 * <p>{@snippet :
 * for (long lba = 0; lba < blocks; lba++) {
 *     NvmeCommand command = queue.take();
 *     while (command == null) {
 *         queue.await(handler, Duration.ofSeconds(1));
 *         command = queue.take();
 *     }
 *     command.read(namespace, lba, 1).data(buffer, 0).post();
 * }
 * queue.drain(handler);
 * }
 *
 * <p>Many commands may be posted before the controller is told of them by one {@link #ring}; {@link #poll},
 * {@link #await} and {@link #drain} ring too.
 *
 * <p><b>Errors.</b> A command that the controller does not complete in time is aborted; if that does not help, the queue
 * is made anew, and if that does not, the controller is reset. This happens in {@link #poll} and {@link #await}, which
 * then block. Commands that may be repeated (all of {@link NvmeCommand} are of that kind) are tried again, as often as
 * {@link NvmeOptions#retries} says, also after errors for which the controller does not say that it would be in vain;
 * then they end with a status. Where the controller asks for a delay before that it gets it, and a namespace that is not
 * ready is waited for, as {@link NvmeOptions#readyTimeout} says: the command is under way meanwhile. Completions that
 * cannot be (of a command that is not under way, for another queue) are treated in the same way. A controller that cannot be had back makes every method throw
 * {@link ControllerFailedException}, and one that is gone {@link io.jvfio.device.DeviceGoneException}.
 *
 * <p>Doorbells are registers that are mapped: run longer loops inside {@link io.jvfio.pci.PciDevice#guard}, as any code
 * that accesses registers.
 *
 * <p>Threads: one at a time.
 */
public final class IoQueue implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** How many polls that find nothing pass between two looks at the clock. */
    private static final int POLLS_PER_CHECK = 64;

    private final QueueHost host;
    private final QueueShape shape;
    private final SubmissionRing submission;
    private final CompletionRing completion;
    private final QueueBells bells;
    private final NvmeCommand[] commands;
    private final int slotBits;
    private final int[] free;
    private final int[] untold;
    private final QueueTerms terms;
    private final QueueWait wait;

    /** How data is described, as far as the controller takes it. */
    private DataDescription description;

    private int freeCount;

    /** How many are under way. */
    private int active;

    /** How many of them wait to be tried again. */
    private int postponed;

    /** How many of them the controller was not told of. */
    private int untoldCount;

    private int epoch;
    private int idlePolls;
    private boolean polling;
    private boolean closed;

    /** A queue that the controller knows in this epoch. */
    IoQueue(QueueHost host, QueueShape shape, QueueTerms terms, int epoch) {
        this.host = host;
        this.shape = shape;
        this.terms = terms;
        this.description = terms.description();
        this.epoch = epoch;
        this.submission = shape.submission();
        this.completion = shape.completion();
        int count = shape.commands();
        this.bells = new QueueBells(submission, completion, count);
        this.slotBits = Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
        this.commands = new NvmeCommand[count];
        this.free = new int[count];
        this.untold = new int[count];
        for (int slot = 0; slot < count; slot++) {
            commands[slot] = new NvmeCommand(this, terms, shape.lists()[slot], slot);
            free[slot] = count - 1 - slot;
        }
        this.freeCount = count;
        this.wait = new QueueWait(host, shape.vector(), terms.mode().spin);
    }

    /** The queue's number, 1 or more. */
    public int id() {
        return shape.id();
    }

    /** How many commands can be under way. */
    public int depth() {
        return commands.length;
    }

    /** How completions are waited for. */
    public CompletionMode mode() {
        return terms.mode();
    }

    /** How many bytes one command can move. */
    public int maxTransfer() {
        return terms.maxTransfer();
    }

    /** How many commands are taken or under way. */
    public int busy() {
        return commands.length - freeCount;
    }

    /**
     * Takes a free command. Neither blocks nor allocates.
     *
     * @return the command, or null if all are taken or under way
     * @throws IllegalStateException if the queue is closed
     */
    public @Nullable NvmeCommand take() {
        checkOpen();
        if (freeCount == 0) {
            return null;
        }
        NvmeCommand command = commands[free[--freeCount]];
        command.taken();
        return command;
    }

    /** Tells the controller of all commands that were posted since the last time. Neither blocks nor allocates. */
    public void ring() {
        checkOpen();
        // A controller that was reset knows the queue again after the next poll.
        if (host.epoch() == epoch) {
            tell();
        }
    }

    /**
     * Rings, and hands out what the controller has completed. Does not block unless a command has run out of time.
     *
     * @param handler what is told of each command
     * @return how many commands were completed
     * @throws IllegalStateException if the queue is closed, or this is called by the handler
     */
    public int poll(CompletionHandler handler) {
        begin();
        try {
            if (host.epoch() != epoch) {
                return rejoin(handler);
            }
            if (postponed > 0) {
                putPostponed();
            }
            tell();
            int done = reap(handler);
            if (done > 0) {
                idlePolls = 0;
            } else if (++idlePolls >= POLLS_PER_CHECK && active > 0) {
                idlePolls = 0;
                done = checkDeadlines(handler);
            }
            return done;
        } catch (IllegalStateException e) {
            throw host.explain(e);
        } finally {
            polling = false;
        }
    }

    /**
     * As {@link #poll}, and waits in the way of {@link #mode} if nothing is complete yet. Returns at once if nothing is
     * under way.
     *
     * @param timeout how long at most
     * @return how many commands were completed; 0 if the time is over
     * @throws InterruptedException if the thread is interrupted in the wait
     */
    public int await(CompletionHandler handler, Duration timeout) throws InterruptedException {
        int done = poll(handler);
        if (done > 0 || active == 0) {
            return done;
        }
        wait.begin(timeout);
        while (!wait.over()) {
            wait.pause();
            done = poll(handler);
            if (done > 0) {
                wait.completed();
                return done;
            }
            if (wait.slept()) {
                idlePolls = POLLS_PER_CHECK;
            }
        }
        return 0;
    }

    /**
     * Waits until nothing is under way. An interrupt does not end it, and is kept.
     *
     * @return how many commands were completed
     */
    public int drain(CompletionHandler handler) {
        boolean interrupted = false;
        int done = 0;
        try {
            while (active > 0) {
                try {
                    done += await(handler, QueueWait.SLICE);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return done;
    }

    /**
     * Ends the queue; the controller forgets it. Commands that are under way end without anybody being told: drain it
     * first. Idempotent.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            host.closed(shape, epoch);
        }
    }

    /** {@code queue 1 of 0000:01:00.0}. */
    @Override
    public String toString() {
        return host.name(shape.id());
    }

    void post(NvmeCommand command) {
        checkOpen();
        if (host.epoch() != epoch) {
            // Not before the next poll, which can tell of the commands that were under way.
            joinIfIdle();
        }
        try {
            put(command);
            active++;
        } catch (IllegalStateException e) {
            throw host.explain(e);
        }
    }

    /** Throws if the queue is of another controller than a namespace. */
    void requireOwner(Namespace namespace) {
        if (namespace.controller() != terms.owner()) {
            throw new IllegalArgumentException(namespace + " is of another controller than " + this);
        }
    }

    DataDescription description() {
        return description;
    }

    void release(NvmeCommand command) {
        command.released();
        free(command);
    }

    private void put(NvmeCommand command) {
        // Another identifier for each try: a late completion of an earlier one is not taken for it.
        int cid = command.cid() + (1 << slotBits) & 0xffff;
        submission.put(command.posted(cid));
        untold[untoldCount++] = slot(cid);
    }

    private void tell() {
        startClocks();
        bells.submit(active);
    }

    /** Time runs from here for all that the controller is to hear of together, which takes one look at the clock. */
    private void startClocks() {
        if (untoldCount > 0) {
            long now = host.nanoTime();
            for (int i = 0; i < untoldCount; i++) {
                commands[untold[i]].told(now, now + terms.timeout());
            }
            untoldCount = 0;
        }
    }

    private void free(NvmeCommand command) {
        free[freeCount++] = slot(command.cid());
    }

    private int slot(int cid) {
        return cid & (1 << slotBits) - 1;
    }

    private int reap(CompletionHandler handler) {
        int done = 0;
        try {
            int known = 0;
            long now = 0;
            // No more than there can be, so that a controller that completes for ever does not hold this thread.
            for (int seen = 0; seen < commands.length && completion.ready() > 0; seen++) {
                if (completion.ready() != known) {
                    // One look has found all of these, so all of them are complete by now.
                    known = completion.ready();
                    now = host.nanoTime();
                }
                known--;
                completion.take();
                NvmeCommand command = completed();
                if (command == null) {
                    return done + recover(handler, "a completion that cannot be: " + describeCompletion());
                }
                submission.completed();
                done += finish(command, completion.status(), completion.result(), now, handler);
            }
        } finally {
            bells.reaped(active);
        }
        // Those that are tried again are to go, too.
        tell();
        return done;
    }

    /** The command of the current completion, or null if there is none. */
    private @Nullable NvmeCommand completed() {
        int cid = completion.cid();
        int slot = slot(cid);
        if (slot >= commands.length
                || completion.submissionQueue() != shape.id()
                || !submission.has(completion.submissionHead())) {
            return null;
        }
        NvmeCommand command = commands[slot];
        return command.isTold() && command.cid() == cid ? command : null;
    }

    /** Ends a command, or tries it again; how many were ended. */
    private int finish(NvmeCommand command, int status, int result, long now, CompletionHandler handler) {
        if (status != 0 && terms.retries().again(status, command.failed(status), now - command.toldAt())) {
            long pause = terms.retries().pauseNanos(status, command.attempts());
            if (pause == 0) {
                put(command);
            } else {
                command.postponed(now + pause);
                postponed++;
            }
            return 0;
        }
        if (status != 0 && Retries.blamesSgl(status) && command.describeByPages()) {
            LOG.log(System.Logger.Level.WARNING, "{0}: no SGLs from here on: {1}", this, StatusCode.describe(status));
            description = terms.description().withoutSgls();
            put(command);
            return 0;
        }
        command.completed(status, result, now);
        free(command);
        active--;
        handler.completed(command);
        return 1;
    }

    /** Those whose time has come are tried again. */
    private void putPostponed() {
        long now = host.nanoTime();
        for (NvmeCommand command : commands) {
            if (command.isPostponed() && command.isDue(now)) {
                postponed--;
                put(command);
            }
        }
    }

    private int checkDeadlines(CompletionHandler handler) {
        long now = host.nanoTime();
        for (NvmeCommand command : commands) {
            if (!command.isOverdue(now)) {
                continue;
            }
            String what = IoOpcode.name(command.opcode()) + " with id " + Hex.of(command.cid());
            if (command.isAborting()) {
                return recover(handler, what + " was neither completed in time nor aborted");
            }
            LOG.log(System.Logger.Level.WARNING, "{0}: {1} runs out of time; aborting it", this, what);
            // Should the controller have missed the doorbell, it now hears it once more.
            submission.ringAgain();
            if (!host.abort(shape.id(), command.cid())) {
                int done = reap(handler);
                return command.isTold() ? done + recover(handler, what + " cannot be aborted") : done;
            }
            command.aborting(host.nanoTime() + terms.timeout());
            return reap(handler);
        }
        return 0;
    }

    private int recover(CompletionHandler handler, String reason) {
        return afterReset(handler, host.recover(shape, reason));
    }

    private int rejoin(CompletionHandler handler) {
        return afterReset(handler, host.join(shape));
    }

    /** The controller knows nothing of what was under way: tries it again, or ends it. */
    private int afterReset(CompletionHandler handler, int now) {
        epoch = now;
        startClocks();
        int done = 0;
        for (NvmeCommand command : commands) {
            if (command.isTold()) {
                done += finish(command, StatusCode.ABORTED_SQ_DELETION.status(), 0, host.nanoTime(), handler);
            }
        }
        tell();
        return done;
    }

    /** Commands under way have to be told of in a poll; a queue with none can join the controller at once. */
    private void joinIfIdle() {
        if (active == 0) {
            epoch = host.join(shape);
        }
    }

    private void begin() {
        checkOpen();
        if (polling) {
            throw new IllegalStateException("the handler of " + this + " polls it");
        }
        polling = true;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    private String describeCompletion() {
        return "command id " + Hex.of(completion.cid()) + ", submission queue " + completion.submissionQueue()
                + ", its head " + completion.submissionHead();
    }
}
