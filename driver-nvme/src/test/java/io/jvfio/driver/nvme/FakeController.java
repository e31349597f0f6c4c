// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.data.DescriptorPages;
import io.jvfio.driver.nvme.data.ListWalk;
import io.jvfio.driver.nvme.queue.CompletionRing;
import io.jvfio.driver.nvme.queue.Doorbell;
import io.jvfio.driver.nvme.queue.QueueHost;
import io.jvfio.driver.nvme.queue.QueueShape;
import io.jvfio.driver.nvme.queue.SubmissionRing;
import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The other side of one pair of queues: it takes commands when the doorbell rings, and completes them as a test wants. Time
 * stands still unless the test moves it.
 *
 * <p>Threads: one at a time.
 */
final class FakeController implements QueueHost, RegisterPort {
    static final int QUEUE = 3;
    static final int BLOCK = 512;
    static final long BLOCKS = 1 << 20;
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    static final Duration READY = Duration.ofSeconds(20);

    /** A status of {@link Behaviour}: the command is not completed. */
    static final int NO_ANSWER = -1;

    /** What becomes of a command. */
    interface Behaviour {
        int status(int opcode, int cid);
    }

    final List<String> calls = new ArrayList<>();
    final Namespace namespace = namespace(BLOCKS, BLOCK);
    Behaviour behaviour = (opcode, cid) -> 0;
    boolean hearsDoorbells = true;
    boolean aborts = true;
    RuntimeException unusable;
    long now;
    int epoch = 1;
    int doorbells;
    int commands;
    int lastCid;

    private final MemorySegment submissions;
    private final MemorySegment completions;
    private final int entries;
    private int submissionHead;
    private int completionTail;
    private int phase = 1;

    FakeController(int entries) {
        this.entries = entries;
        this.submissions = Arena.ofAuto().allocate((long) entries * SubmissionEntry.SIZE, 4096);
        this.completions = Arena.ofAuto().allocate((long) entries * CompletionEntry.SIZE, 4096);
    }

    @SuppressWarnings("NullAway") // there is no real controller
    static Namespace namespace(long blocks, int blockSize) {
        return new Namespace(null, new NamespaceInfo(1, blocks, blocks, blockSize, 0, 0, List.of(), "", "", ""));
    }

    @SuppressWarnings("NullAway") // there is no real controller
    IoQueue queue(int retries) {
        Mmio registers = Mmio.of(this, 0x4000, "fake");
        Doorbell tail = new Doorbell(registers, ControllerRegisters.submissionDoorbell(QUEUE, 0), null);
        Doorbell head = new Doorbell(registers, ControllerRegisters.completionDoorbell(QUEUE, 0), null);
        DescriptorPages[] lists = new DescriptorPages[entries - 1];
        for (int slot = 0; slot < lists.length; slot++) {
            lists[slot] = new ListWalk(1).pages();
        }
        QueueShape shape = new QueueShape(
                QUEUE,
                -1,
                new SubmissionRing(submissions, null, entries, tail),
                new CompletionRing(completions, head),
                lists,
                0,
                0);
        QueueTerms terms = new QueueTerms(
                null,
                CompletionMode.POLLED,
                1 << 20,
                TIMEOUT.toNanos(),
                new Retries(retries, READY.toNanos(), List.of(300, 0, 0)),
                DataPointers.AUTO.description(0));
        return new IoQueue(this, shape, terms, epoch);
    }

    /** Completes a command, or what is none. */
    void complete(int cid, int status) {
        complete(cid, status, QUEUE, submissionHead);
    }

    void complete(int cid, int status, int queue, int head) {
        long base = (long) completionTail * CompletionEntry.SIZE;
        CompletionEntry.DW0.set(completions, base, cid * 3);
        CompletionEntry.SQHD.set(completions, base, head);
        CompletionEntry.SQID.set(completions, base, queue);
        CompletionEntry.publish(completions, base, CompletionEntry.dw3(cid, status, phase));
        completionTail++;
        if (completionTail == entries) {
            completionTail = 0;
            phase ^= 1;
        }
    }

    /** Time passes. */
    void pass(Duration time) {
        now += time.toNanos();
    }

    @Override
    public long read(long offset, int width) {
        return 0;
    }

    @Override
    public void write(long offset, int width, long value) {
        doorbells++;
        if (offset == ControllerRegisters.submissionDoorbell(QUEUE, 0) && hearsDoorbells) {
            while (submissionHead != value) {
                take();
            }
        }
    }

    private void take() {
        long base = (long) submissionHead * SubmissionEntry.SIZE;
        int opcode = SubmissionEntry.OPCODE.of(submissions, base);
        int cid = SubmissionEntry.CID.of(submissions, base);
        submissionHead = submissionHead + 1 == entries ? 0 : submissionHead + 1;
        commands++;
        lastCid = cid;
        int status = behaviour.status(opcode, cid);
        if (status != NO_ANSWER) {
            complete(cid, status);
        }
    }

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public int join(QueueShape queue) {
        calls.add("join");
        if (unusable != null) {
            throw unusable;
        }
        forget(queue);
        return epoch;
    }

    @Override
    public boolean abort(int queue, int cid) {
        calls.add("abort");
        if (aborts) {
            complete(cid, StatusCode.ABORT_REQUESTED.status());
        }
        return aborts;
    }

    @Override
    public int recover(QueueShape queue, String reason) {
        calls.add("recover: " + reason);
        if (unusable != null) {
            throw unusable;
        }
        forget(queue);
        return epoch;
    }

    private void forget(QueueShape queue) {
        queue.clear();
        submissionHead = 0;
        completionTail = 0;
        phase = 1;
        hearsDoorbells = true;
    }

    @Override
    public RuntimeException explain(RuntimeException failure) {
        return failure;
    }

    @Override
    public void awaitInterrupt(int vector, Duration limit) {
        throw new AssertionError("the queue is polled");
    }

    @Override
    public void closed(QueueShape queue, int known) {
        calls.add("closed");
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public long nanoTime() {
        return now;
    }
}
