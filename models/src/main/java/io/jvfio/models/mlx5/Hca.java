// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.emulation.ModelClock;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.mmio.BigWord32;
import io.jvfio.vendor.mlx.spec.CommandEntry;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.CompletionEntry;
import io.jvfio.vendor.mlx.spec.EventEntry;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.SqContext;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The function behind its registers: does commands, runs queues, tells events, and falls ill if it is told to.
 *
 * <p>Threads: one at a time.
 */
final class Hca {
    /** How much work a run does at most. */
    private static final int BATCH = 256;

    private static final int SOFTWARE_RESET_MILLIS = 20;
    private static final int CQ_OVERRUN = 1;
    private static final int CQ_ACCESS = 2;

    /** How far a driver has brought the function up. */
    enum State {
        /** Nothing is done but ENABLE_HCA. */
        OFF,
        /** It can be asked and set up. */
        ENABLED,
        /** After INIT_HCA. */
        RUNNING
    }

    private final Mlx5Options options;
    private final ModelClock clock;
    private final Registers registers;
    private final HostMemory memory;
    private final Resources resources;
    private final Pages pages;
    private final Capabilities capabilities;
    private final Events events;
    private final Doorbells doorbells;
    private final CommandQueue queue;
    private final SystemCommands system;
    private final Commands commands;
    private final Troubles troubles;
    private final MemorySegment work;
    private final MemorySegment entry;
    private final List<Late> late = new ArrayList<>();

    private State state = State.OFF;
    private boolean dead;
    private long resetDue = Long.MAX_VALUE;
    private long moderated = Long.MAX_VALUE;
    private int done;
    private int completions;
    private int softwareResets;

    private record Late(long due, CommandQueue.Fetched command, boolean tell) {}

    Hca(ModelSetup setup, Mlx5Options options, Registers registers, IntConsumer interrupt, Arena arena, long barSize) {
        this.options = options;
        this.clock = setup.clock();
        this.registers = registers;
        memory = new HostMemory(setup.dma(), arena);
        resources = new Resources(options.logQueues(), barSize);
        pages = new Pages(memory, options.bootPages(), options.initPages());
        capabilities = new Capabilities(arena, options);
        events = new Events(resources, memory, registers, interrupt, arena);
        doorbells = new Doorbells(resources);
        queue = new CommandQueue(memory);
        system = new SystemCommands(this, options, arena);
        QueueCommands queues = new QueueCommands(resources, memory, events, options.vectors());
        commands = new Commands(this, system, capabilities, queues, new ObjectCommands(resources));
        troubles = new Troubles(options.troubles());
        work = arena.allocate(64, 8);
        entry = arena.allocate(CompletionEntry.SIZE, 8);
    }

    Doorbells doorbells() {
        return doorbells;
    }

    Pages pages() {
        return pages;
    }

    Resources resources() {
        return resources;
    }

    Events events() {
        return events;
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
        registers.fixQueue(next != State.OFF);
    }

    /**
     * Pages owned, pages that came back changed, doorbells ignored, commands done, events and completions written,
     * software resets.
     */
    int[] counts() {
        return new int[] {
            pages.owned(), pages.damaged(), doorbells.ignored(), done, events.written(), completions, softwareResets
        };
    }

    /** Forgets everything, as at power-on; the registers are not touched. */
    void forget() {
        late.forEach(one -> one.command.close());
        late.clear();
        resources.clear();
        pages.forget();
        capabilities.reset();
        system.reset();
        state = State.OFF;
        dead = false;
        resetDue = Long.MAX_VALUE;
        moderated = Long.MAX_VALUE;
    }

    /**
     * Does some work.
     *
     * @return whether there was any
     */
    boolean step() {
        boolean did = mode();
        int slots = registers.takeDoorbells();
        if (dead) {
            return did;
        }
        if (memory.isReachable()) {
            for (int slot = 0; slots >>> slot != 0 && slot < Integer.SIZE && !dead; slot++) {
                if ((slots >>> slot & 1) != 0) {
                    execute(slot);
                    did = true;
                }
            }
        }
        boolean finished = finishLate();
        boolean ran = runQueues();
        return finished || ran || did;
    }

    /** When there will be work although nobody asks for it; {@link Long#MAX_VALUE} for never. */
    long due() {
        long due = Math.min(resetDue, moderated);
        for (Late one : late) {
            due = Math.min(due, one.due);
        }
        return due;
    }

    private boolean mode() {
        int wanted = registers.wantedMode();
        if (wanted == InitSegment.NIC_RESET) {
            return softwareReset();
        }
        if (wanted < 0) {
            return false;
        }
        forget();
        registers.fixQueue(false);
        registers.mode(wanted);
        return true;
    }

    private boolean softwareReset() {
        if (resetDue == Long.MAX_VALUE) {
            dead = true;
            resetDue = clock.nanos() + SOFTWARE_RESET_MILLIS * 1_000_000L;
        }
        if (clock.nanos() < resetDue) {
            return false;
        }
        forget();
        softwareResets++;
        registers.restart();
        return true;
    }

    private void execute(int slot) {
        CommandQueue.Fetched command =
                queue.fetch(registers.queue(), 1 << options.logQueueStride(), slot, capabilities.checksums());
        if (command == null) {
            return;
        }
        List<Trouble> met = troubles.meet(command.opcode());
        EventQueue told = events.ofCommands();
        if (find(met, Trouble.Kind.NEVER) != null) {
            command.close();
            return;
        }
        perform(command, met);
        Trouble delay = find(met, Trouble.Kind.LATE);
        if (delay != null) {
            late.add(new Late(clock.nanos() + delay.value() * 1_000_000L, command, told != null));
        } else {
            finish(command, told);
        }
        met.forEach(this::afterwards);
    }

    private void perform(CommandQueue.Fetched command, List<Trouble> met) {
        Trouble delivery = find(met, Trouble.Kind.DELIVERY);
        if (delivery != null) {
            command.delivery(delivery.value() & (int) CommandEntry.DELIVERY.max());
        }
        Call call = command.call();
        if (call == null) {
            return;
        }
        Trouble status = find(met, Trouble.Kind.STATUS);
        if (status != null) {
            call.fail(status.value() & 0xff, 0x1ec7ed);
            return;
        }
        if (find(met, Trouble.Kind.EMPTY) != null) {
            return;
        }
        if (find(met, Trouble.Kind.STATE) != null) {
            CommandWords.TEARDOWN_STATE.set(call.output(), 1);
            return;
        }
        commands.run(call);
        Trouble number = find(met, Trouble.Kind.NUMBER);
        if (number != null) {
            BigWord32.at(CommandWords.NUMBER.word().offset()).set(call.output(), number.value());
        }
    }

    private static @Nullable Trouble find(List<Trouble> met, Trouble.Kind kind) {
        for (Trouble trouble : met) {
            if (trouble.kind() == kind) {
                return trouble;
            }
        }
        return null;
    }

    private void finish(CommandQueue.Fetched command, @Nullable EventQueue told) {
        try (command) {
            done++;
            queue.complete(command);
            if (told != null) {
                events.commandDone(told, command.slot());
            }
        }
    }

    private boolean finishLate() {
        long now = clock.nanos();
        List<Late> ready = late.stream().filter(one -> one.due <= now).toList();
        for (Late one : ready) {
            late.remove(one);
            finish(one.command, one.tell ? events.ofCommands() : null);
        }
        return !ready.isEmpty();
    }

    private void afterwards(Trouble trouble) {
        switch (trouble.kind()) {
            case PAGES -> {
                if (trouble.value() < 0) {
                    pages.offer(-trouble.value());
                }
                events.pageRequest(trouble.value());
            }
            case SYNDROME -> registers.unhealthy(trouble.value(), false);
            case FATAL -> {
                registers.unhealthy(trouble.value(), true);
                dead = true;
            }
            case NIC -> registers.showMode(trouble.value());
            case STILL -> registers.keepMode();
            case GONE -> {
                registers.vanish();
                dead = true;
            }
            case STUCK -> registers.stop();
            case PORT -> system.port(trouble.value() == EventEntry.PORT_ACTIVE);
            case STATUS, DELIVERY, EMPTY, STATE, NEVER, LATE, NUMBER -> {
                // It has happened.
            }
        }
    }

    private boolean runQueues() {
        if (!memory.isReachable()) {
            return false;
        }
        boolean[] did = new boolean[1];
        moderated = Long.MAX_VALUE;
        resources.sendQueues.forEach(sender -> {
            if (sender.isRung()) {
                did[0] |= send(sender);
            }
        });
        resources.completionQueues.forEach(one -> {
            if (one.settle(clock.nanos())) {
                events.completion(one);
            }
            moderated = Math.min(moderated, one.due());
        });
        events.settle();
        return did[0];
    }

    private boolean send(SendQueue sender) {
        for (int i = 0; i < BATCH; i++) {
            switch (sender.step(memory, work, entry, clock.nanos())) {
                case IDLE -> {
                    return i > 0;
                }
                case SILENT -> {
                    // On to the next.
                }
                case COMPLETION -> complete(sender.completions());
            }
        }
        return true;
    }

    private void complete(CompletionQueue target) {
        if (target.settle(clock.nanos())) { // what was armed before this work was rung for
            events.completion(target);
        }
        if (options.recovery()) {
            target.recover(memory);
        }
        switch (target.post(memory, entry, clock.nanos())) {
            case QUIET -> completions++;
            case EVENT -> {
                completions++;
                events.completion(target);
            }
            case OVERRUN -> fail(target, CQ_OVERRUN);
            case FAILED -> fail(target, CQ_ACCESS);
            case DEAD -> {
                // Nothing can be told any more.
            }
        }
    }

    private void fail(CompletionQueue target, int syndrome) {
        resources.sendQueues.forEach(sender -> {
            if (sender.completions() == target) {
                sender.state(SqContext.ERROR);
            }
        });
        events.completionError(target, syndrome);
    }
}
