// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.data.CommandFields;
import io.jvfio.driver.nvme.data.DataDescription;
import io.jvfio.driver.nvme.data.DescriptorPages;
import io.jvfio.driver.nvme.queue.CompletionRing;
import io.jvfio.driver.nvme.queue.Doorbell;
import io.jvfio.driver.nvme.queue.SubmissionRing;
import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import io.jvfio.iommu.ScatterList;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The admin queues: one command at a time, and beside it the requests for events, which stay with the controller until
 * there is one.
 *
 * <p>While the controller is stopped and started, only the thread that does that has the queue: whoever else comes is told by
 * {@link NotTakenException}, with nothing asked of the controller.
 *
 * <p>Threads: thread-safe. A command has the queue until it is complete.
 */
final class AdminQueue implements AutoCloseable {
    /** Entries of each queue. */
    static final int ENTRIES = 32;

    /** How many requests for events are with the controller at most. */
    static final int MOST_REQUESTS = 4;

    /** Identifiers of requests for events begin here, those of commands end here. */
    private static final int FIRST_REQUEST = 0x8000;

    /** Data is described by pages, which every controller takes. */
    private static final DataDescription DATA = new DataDescription(true, false, false);

    private static final int SPINS = 200;
    private static final long FIRST_PAUSE_NANOS = 10_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000;

    private final PciDevice device;
    private final ControllerRegs registers;
    private final int pageSize;
    private final DmaBuffer buffer;
    private final MemorySegment page;
    private final SubmissionRing submission;
    private final CompletionRing completion;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final CommandFields request = new CommandFields();

    private final List<EventAnswer> events = new ArrayList<>();
    private int requests;

    /** How many requests the controller takes, as far as is known. */
    private int mostRequests = MOST_REQUESTS;

    private int nextCid;
    private int answer;
    private int answerStatus;

    /** A command was not answered: the controller may still write to the page, so nothing is asked until a reset. */
    private volatile boolean stuck;

    /** Somebody is about to reset the controller: whoever waits gives up. */
    private volatile boolean abandoned;

    /** Who starts the controller, and has the queue alone; null if it is everybody's. */
    private volatile @Nullable Thread starter;

    /** Memory for data that is larger than {@link #page}; made when it is needed. */
    private @Nullable DmaBuffer large;

    /** The command was not given to the controller, as that is being reset. */
    static final class NotTakenException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        NotTakenException(String name) {
            super("the admin queue of " + name + " waits for a reset of the controller");
        }
    }

    AdminQueue(PciDevice device, ControllerRegs registers, ControllerCaps capabilities) {
        this.device = device;
        this.registers = registers;
        this.pageSize = capabilities.pageSize();
        this.buffer = device.dma()
                .allocate(
                        3L * pageSize,
                        DmaOptions.defaults().withAlignment(pageSize).withLabel("nvme admin queues"));
        MemorySegment memory = buffer.memory();
        this.page = memory.asSlice(2L * pageSize, pageSize);
        this.submission = new SubmissionRing(
                memory.asSlice(0, (long) ENTRIES * SubmissionEntry.SIZE), null, ENTRIES, doorbell(true, capabilities));
        this.completion = new CompletionRing(
                memory.asSlice(pageSize, (long) ENTRIES * CompletionEntry.SIZE), doorbell(false, capabilities));
    }

    private Doorbell doorbell(boolean tail, ControllerCaps capabilities) {
        int stride = capabilities.stride();
        long offset = tail
                ? ControllerRegisters.submissionDoorbell(0, stride)
                : ControllerRegisters.completionDoorbell(0, stride);
        return new Doorbell(registers.mmio(), offset, null);
    }

    long submissionAddress() {
        return buffer.deviceAddress(0);
    }

    long completionAddress() {
        return buffer.deviceAddress(pageSize);
    }

    /** How many bytes of data a command moves without a list of pages. */
    int dataSize() {
        return pageSize;
    }

    /** Whether it waits for a reset of the controller. */
    boolean stuck() {
        return stuck;
    }

    /** Makes commands that are under way fail, and later ones, until {@link #clear}. */
    void abandon() {
        abandoned = true;
    }

    /** Empties the queues of a stopped controller. They are the calling thread's alone until {@link #open}. */
    void clear() {
        lock.lock();
        try {
            submission.clear();
            completion.clear();
            requests = 0;
            mostRequests = MOST_REQUESTS;
            stuck = false;
            starter = Thread.currentThread();
            abandoned = false;
        } finally {
            lock.unlock();
        }
    }

    /** The controller is started: the queue is everybody's. */
    void open() {
        starter = null;
    }

    /**
     * Has a command without data done.
     *
     * @return dword 0 of its completion
     * @throws CommandFailedException if the controller refuses it
     * @throws ControllerFailedException if the controller does not answer
     */
    int execute(CommandFields command, Duration limit) {
        lock.lock();
        try {
            return run(command, limit);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #execute}, with data that comes from the controller. */
    int read(CommandFields command, MemorySegment target, Duration limit) {
        lock.lock();
        try {
            checkUsable();
            MemorySegment memory =
                    target.byteSize() <= pageSize ? pageOf(command) : largeOf(command, target.byteSize());
            memory.fill((byte) 0);
            int result = run(command, limit);
            MemorySegment.copy(memory, 0, target, 0, target.byteSize());
            return result;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #execute}, with data that goes to the controller: up to {@link #dataSize} bytes. */
    int write(CommandFields command, MemorySegment source, Duration limit) {
        lock.lock();
        try {
            checkUsable();
            page.fill((byte) 0);
            MemorySegment.copy(source, 0, page, 0, source.byteSize());
            return run(command.prps(buffer.deviceAddress(2L * pageSize), 0), limit);
        } finally {
            lock.unlock();
        }
    }

    private MemorySegment pageOf(CommandFields command) {
        command.prps(buffer.deviceAddress(2L * pageSize), 0);
        return page;
    }

    /** Nothing is under way, so what was too small can be freed. */
    private MemorySegment largeOf(CommandFields command, long size) {
        int pages = Math.toIntExact((size + pageSize - 1) / pageSize);
        int lists = DATA.listPages(pages * pageSize, pageSize);
        DmaBuffer memory = large;
        if (memory == null || memory.memory().byteSize() < (long) (pages + lists) * pageSize) {
            if (memory != null) {
                large = null;
                memory.close();
            }
            memory = device.dma()
                    .allocate(
                            (long) (pages + lists) * pageSize,
                            DmaOptions.defaults().withAlignment(pageSize).withLabel("nvme log pages"));
            large = memory;
        }
        long first = memory.memory().byteSize() - (long) lists * pageSize;
        long[] addresses = new long[lists];
        for (int list = 0; list < lists; list++) {
            addresses[list] = memory.deviceAddress(first + (long) list * pageSize);
        }
        DescriptorPages description = new DescriptorPages(memory.memory().asSlice(first), addresses, pageSize);
        DATA.describe(new ScatterList().add(memory, 0, size), description, command);
        return memory.memory().asSlice(0, size);
    }

    /** Lets the controller tell of so many events. */
    void requestEvents(int count) {
        lock.lock();
        try {
            checkUsable();
            int wanted = Math.min(count, mostRequests);
            for (; requests < wanted; requests++) {
                submission.put(requestFields());
            }
            device.guard(submission::ring);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The events that the controller told of since the last time. Each has used up a request.
     *
     * @throws ControllerFailedException if what the controller wrote cannot be; it has to be reset
     */
    List<EventAnswer> takeEvents() {
        lock.lock();
        try {
            checkUsable();
            device.guard(() -> reap(-1));
            List<EventAnswer> taken = List.copyOf(events);
            events.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        DmaBuffer memory = large;
        try (memory) {
            buffer.close();
        }
    }

    private CommandFields requestFields() {
        nextCid = nextCid + 1 & FIRST_REQUEST - 1;
        return request.clear(AdminOpcode.ASYNC_EVENT_REQUEST, 0).cid(FIRST_REQUEST | nextCid);
    }

    private int run(CommandFields command, Duration limit) {
        checkUsable();
        nextCid = nextCid + 1 & FIRST_REQUEST - 1;
        command.cid(nextCid);
        device.guard(() -> {
            submission.put(command);
            submission.ring();
            await(command, limit.toNanos());
        });
        if (answerStatus != 0) {
            throw new CommandFailedException(AdminOpcode.name(command.opcode()), answerStatus, device.name());
        }
        return answer;
    }

    private void await(CommandFields command, long limit) {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        for (int looks = 0; !reap(command.cid()); looks++) {
            if (abandoned) {
                stuck = true;
                throw failed(command, "was given up for a reset of the controller");
            }
            if (looks < SPINS) {
                Thread.onSpinWait();
                continue;
            }
            if (registers.failed()) {
                stuck = true;
                throw failed(command, "was not answered: the controller reports a fatal error (CSTS.CFS)");
            }
            if (System.nanoTime() - start > limit) {
                stuck = true;
                throw failed(command, "was not answered within " + limit / 1_000_000 + " ms");
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
    }

    /** Takes completions; whether that of this command is among them. */
    private boolean reap(int cid) {
        boolean found = false;
        int seen = 0;
        while (!found && seen < ENTRIES && completion.next()) {
            seen++;
            int id = completion.cid();
            if (completion.submissionQueue() != 0 || !submission.has(completion.submissionHead())) {
                stuck = true;
                throw new ControllerFailedException(
                        device.name(),
                        "a completion for submission queue "
                                + completion.submissionQueue() + ", head " + completion.submissionHead()
                                + ", came in the admin queue");
            }
            if (id == cid) {
                submission.completed();
                answer = completion.result();
                answerStatus = completion.status();
                found = true;
            } else if (id >= FIRST_REQUEST && requests > 0) {
                submission.completed();
                requests--;
                if (StatusCode.ASYNC_EVENT_LIMIT_EXCEEDED.matches(completion.status())) {
                    // It takes fewer than it says; one at least, or there are no events.
                    mostRequests = Math.max(1, requests);
                }
                events.add(new EventAnswer(completion.status(), completion.result()));
            } else {
                stuck = true;
                throw new ControllerFailedException(
                        device.name(),
                        "a completion of admin command " + Hex.of(id)
                                + ", which is not under way: "
                                + StatusCode.describe(completion.status()));
            }
        }
        if (seen > 0) {
            completion.ring();
        }
        return found;
    }

    /**
     * What became of a request for events.
     *
     * @param status 0 if there was an event
     * @param result dword 0 of the completion
     */
    record EventAnswer(int status, int result) {}

    private void checkUsable() {
        Thread alone = starter;
        if (abandoned || alone != null && !alone.equals(Thread.currentThread())) {
            throw new NotTakenException(device.name());
        }
        if (stuck) {
            throw new ControllerFailedException(device.name(), "the admin queue waits for a reset of the controller");
        }
    }

    private ControllerFailedException failed(CommandFields command, String what) {
        return new ControllerFailedException(device.name(), AdminOpcode.name(command.opcode()) + " " + what);
    }
}
