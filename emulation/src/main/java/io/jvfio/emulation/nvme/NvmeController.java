// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.ControllerRegisters.*;

import io.jvfio.driver.nvme.spec.AsyncEvent;
import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The controller: takes commands from queues, does them one after the other, and completes them.
 *
 * <p>Threads: one at a time. Allocates nothing for a read or write.
 */
final class NvmeController {
    /** How many commands of a queue are done before the next queue has its turn. */
    static final int BURST = 32;

    /** After how many bytes completions are told without waiting for the rest of the burst. */
    private static final long MUCH = 128 * 1024;

    /** After how many bytes a step ends: a reset, which waits for it, does not wait long. */
    private static final long ENOUGH = 16 << 20;

    /**
     * What joins it to the outside.
     *
     * @param registers where the driver writes
     * @param doorbells where the driver rings
     * @param memory what it reaches
     * @param interrupts takes the vector to interrupt by, 0 or more
     */
    record Ports(Registers registers, Doorbells doorbells, GuestMemory memory, IntConsumer interrupts) {}

    /** What commands work on. */
    record Parts(
            Identity identity,
            Namespaces namespaces,
            Ports ports,
            AsyncEvents events,
            Queues queues,
            Features features,
            Timestamp timestamp,
            Health health,
            DataPointer data,
            LogPages logPages,
            MemorySegment page,
            Oddities oddities) {}

    /**
     * What kind of controller it is.
     *
     * @param identity what it says of itself
     * @param queues I/O queue pairs, 1 or more
     * @param mapped whether doorbells may change without a trapped access
     * @param nanos the clock
     * @param oddities what it does in its own way
     * @param wakeAt has it run when the clock has come to a time
     */
    record Setup(
            Identity identity, int queues, boolean mapped, LongSupplier nanos, Oddities oddities, LongConsumer wakeAt) {

        /** A controller that keeps to the specification. */
        Setup(Identity identity, int queues, boolean mapped, LongSupplier nanos) {
            this(identity, queues, mapped, nanos, Oddities.none(), time -> {});
        }
    }

    private final Parts parts;
    private final Registers registers;
    private final Doorbells doorbells;
    private final GuestMemory memory;
    private final IntConsumer interrupts;
    private final Queues queues;
    private final AsyncEvents events;
    private final AdminCommands admin;
    private final IoCommands io;
    private final MemorySegment entries;
    private final Command command;
    private final Oddities oddities;
    private final LongSupplier nanos;
    private final LongConsumer wakeAt;

    /** When the admin command that is next may be done, if {@link #held}. */
    private long heldUntil;

    /** Whether the admin command that is next was found to be one that takes its time. */
    private boolean held;

    /** Whether it takes commands. */
    private boolean running;

    /** Which I/O queue has the next turn. */
    private int turn;

    /** How many bytes this step has moved. */
    private long moved;

    /** Whether commands wait for room in a completion queue. */
    private boolean starved;

    /** At power-on. The arena owns the memory that the controller works in. */
    NvmeController(Setup setup, Namespaces namespaces, Ports ports, Arena arena) {
        parts = parts(setup, namespaces, ports, arena);
        registers = ports.registers();
        doorbells = ports.doorbells();
        memory = ports.memory();
        interrupts = ports.interrupts();
        oddities = setup.oddities();
        nanos = setup.nanos();
        wakeAt = setup.wakeAt();
        queues = parts.queues();
        events = parts.events();
        admin = new AdminCommands(parts);
        io = new IoCommands(parts);
        entries = arena.allocate((long) BURST * SubmissionEntry.SIZE, Long.BYTES);
        command = new Command(entries);
    }

    private static Parts parts(Setup setup, Namespaces namespaces, Ports ports, Arena arena) {
        AsyncEvents events = new AsyncEvents();
        Queues queues = new Queues(ports.doorbells(), ports.memory(), events, setup.queues(), setup.mapped());
        Features features = new Features(queues, namespaces, events);
        Health health = new Health(setup.nanos());
        DataPointer data = new DataPointer(ports.memory(), setup.identity().sgl(), arena);
        MemorySegment page = arena.allocate(Math.max(Cns.SIZE, LogPages.LARGEST), Long.BYTES);
        LogPages logPages = new LogPages(health, features, events, data, page, setup.oddities());
        Timestamp timestamp = new Timestamp(setup.nanos());
        return new Parts(
                setup.identity(),
                namespaces,
                ports,
                events,
                queues,
                features,
                timestamp,
                health,
                data,
                logPages,
                page,
                setup.oddities());
    }

    /**
     * Does a part of what there is to do: recorded register writes, then one burst of each queue.
     *
     * @return whether there was anything
     */
    boolean step() {
        try {
            boolean did = control();
            return running && memory.reachable() && !registers.isShutDown() && work() || did;
        } catch (InternalError e) {
            // A file or memory behind a mapping is no longer there, and the JVM said so late.
            return fail();
        }
    }

    /**
     * To be called before the controller rests: after it the driver's doorbells come through.
     *
     * @return whether there is work already
     */
    boolean rest() {
        return running && memory.reachable() && queues.ask();
    }

    private boolean control() {
        int work = registers.takeWork();
        if ((work & Registers.DISABLE) != 0) {
            resetController();
            registers.disabled();
        }
        if ((work & Registers.ENABLE) != 0) {
            start();
        }
        if ((work & Registers.SHUTDOWN) != 0) {
            flushMedia();
            registers.shutDown();
        }
        return work != 0;
    }

    private void flushMedia() {
        for (Namespace each : parts.namespaces().all()) {
            try {
                each.media().flush(0, each.bytes());
            } catch (UncheckedIOException e) {
                registers.fatal();
            }
        }
    }

    private void start() {
        int cc = registers.cc();
        int submissions = AQA_ASQS.of(registers.aqa()) + 1;
        int completions = AQA_ACQS.of(registers.aqa()) + 1;
        long pageBits = QueueCommands.pageSize(cc) - 1L;
        if (CC_CSS.of(cc) != 0
                || CC_AMS.of(cc) != 0
                || CC_MPS.of(cc) > Registers.LARGEST_PAGE
                || submissions < 2
                || completions < 2
                || ((registers.asq() | registers.acq()) & pageBits) != 0) {
            registers.fatal();
            return;
        }
        CompletionQueue completion = new CompletionQueue(0, registers.acq(), completions, 0);
        queues.add(completion, completions);
        queues.add(new SubmissionQueue(0, registers.asq(), submissions, completion));
        parts.data().pageSize(QueueCommands.pageSize(cc));
        running = true;
        oddities.started();
        registers.ready();
    }

    private boolean work() {
        boolean did = queues.look();
        starved = false;
        moved = 0;
        SubmissionQueue adminQueue = Objects.requireNonNull(queues.submission(0));
        did |= serve(adminQueue);
        for (int i = 0; i < queues.most() && running && moved < ENOUGH; i++) {
            turn = turn == queues.most() ? 1 : turn + 1;
            SubmissionQueue queue = queues.submission(turn);
            did |= queue != null && serve(queue);
        }
        did |= tellEvents(adminQueue);
        doorbells.starving(starved);
        // Looked at again after it was said, lest room that was made in between goes unnoticed.
        return starved && running && queues.look() || did;
    }

    private boolean serve(SubmissionQueue queue) {
        if (!running || !queues.refresh(queue)) {
            return running && fail();
        }
        if (queue.waiting() == 0) {
            return false;
        }
        CompletionQueue completions = queue.completions();
        if (!queues.refresh(completions)) {
            return fail();
        }
        int count = Math.min(BURST, Math.min(queue.contiguous(), completions.room()));
        if (count == 0) {
            starved = true;
            return false;
        }
        if (!memory.read(queue.nextAddress(), entries, 0, (long) count * SubmissionEntry.SIZE)) {
            return fail();
        }
        long told = moved;
        for (int i = 0; i < count && running && moved < ENOUGH; i++) {
            command.at(i, queue.id());
            if (queue.id() == 0 && isHeld()) {
                flush(completions);
                return i > 0;
            }
            execute(queue);
            if (moved - told >= MUCH || completions.isBatchFull()) {
                flush(completions);
                told = moved;
            }
        }
        flush(completions);
        return true;
    }

    /** Whether the admin command that is next takes more time. */
    private boolean isHeld() {
        if (!held) {
            long delay = oddities.delay(command);
            if (delay == 0) {
                return false;
            }
            held = true;
            heldUntil = nanos.getAsLong() + delay;
        }
        if (nanos.getAsLong() - heldUntil < 0) {
            wakeAt.accept(heldUntil);
            return true;
        }
        held = false;
        return false;
    }

    private void execute(SubmissionQueue queue) {
        int cid = command.cid();
        boolean isAdmin = queue.id() == 0;
        StatusCode status = queue.fetched() ? StatusCode.ABORT_REQUESTED : run(isAdmin);
        if (status == StatusCode.SUCCESS) {
            queue.completions().post(queue, cid, 0, isAdmin ? admin.result() : 0);
        } else if (status != null) {
            int bits = StatusCode.MORE.set(isTransient(status) ? status.status() : status.finalStatus(), 1);
            parts.health().remember(command, bits, !isAdmin);
            queue.completions().post(queue, cid, bits, 0);
        }
    }

    private @Nullable StatusCode run(boolean isAdmin) {
        try {
            StatusCode refusal = oddities.refusal(command, isAdmin);
            if (refusal != null) {
                return refusal;
            }
            if (isAdmin) {
                return admin.execute(command);
            }
            StatusCode status = io.execute(command);
            moved += io.moved();
            return status;
        } catch (InternalError e) {
            return StatusCode.INTERNAL_ERROR;
        }
    }

    /** Whether the same command might succeed another time. */
    private static boolean isTransient(StatusCode status) {
        return switch (status) {
            case ABORT_REQUESTED,
                    DATA_TRANSFER_ERROR,
                    INTERNAL_ERROR,
                    COMMAND_INTERRUPTED,
                    NAMESPACE_NOT_READY,
                    ADMIN_MEDIA_NOT_READY,
                    WRITE_FAULT -> true;
            default -> false;
        };
    }

    private boolean tellEvents(SubmissionQueue queue) {
        CompletionQueue completions = queue.completions();
        boolean did = false;
        while (running && events.isDue()) {
            if (completions.room() == 0) {
                starved = true;
                break;
            }
            if (completions.isBatchFull()) {
                flush(completions);
            }
            int cid = events.cid();
            int status = events.isAborted() ? StatusCode.ABORT_REQUESTED.status() : 0;
            completions.post(queue, cid, status, events.takeResult());
            did = true;
        }
        if (did) {
            flush(completions);
        }
        return did;
    }

    private void flush(CompletionQueue queue) {
        int count = queue.flush(memory);
        if (count < 0) {
            fail();
        } else if (count > 0 && queue.interrupts()) {
            interrupts.accept(queue.vector());
        }
    }

    /** Queues cannot be reached: nothing but a reset helps. */
    private boolean fail() {
        running = false;
        registers.fatal();
        return true;
    }

    private void resetController() {
        running = false;
        held = false;
        starved = false;
        doorbells.starving(false);
        queues.reset();
        events.reset();
        parts.features().reset();
        parts.timestamp().reset();
        parts.namespaces().reset();
    }

    /** Back to power-on, but for what is saved. */
    void reset() {
        if (running && !registers.isShutDown()) {
            parts.health().countUnsafeShutdown();
        }
        resetController();
        registers.reset();
    }

    /**
     * Attaches a namespace to the controller or detaches it, and tells the driver.
     *
     * @param nsid of a namespace that there is
     */
    void attach(int nsid, boolean attached) {
        Objects.requireNonNull(parts.namespaces().find(nsid)).attached(attached);
        parts.logPages().changed(nsid);
        if (parts.features().wantsNamespaceEvents()) {
            events.raise(AsyncEvent.NOTICE, AsyncEvent.NAMESPACES_CHANGED);
        }
    }
}
