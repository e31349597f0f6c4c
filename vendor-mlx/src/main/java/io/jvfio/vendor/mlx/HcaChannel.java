// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Mmio;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vendor.mlx.spec.Uar;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way to the function: commands once their queue is there, doorbells once they are allocated, and the memory that
 * it may still write to although nobody needs it any more.
 *
 * <p>Threads: one at a time, but for {@link #lost}.
 */
final class HcaChannel implements HcaCommands {
    private final MlxAccess access;
    private final Timeouts timeouts;
    private final HealthWatch health;
    private final List<DmaBuffer> doubtful = new ArrayList<>();
    private volatile @Nullable CommandInterface commands;
    private @Nullable Mmio doorbells;
    private int uar;

    HcaChannel(MlxAccess access) {
        this.access = access;
        this.timeouts = new Timeouts(access.registers());
        this.health = new HealthWatch(access.registers(), timeouts);
    }

    Timeouts timeouts() {
        return timeouts;
    }

    /** What is known of the function's health. */
    HealthWatch health() {
        return health;
    }

    /** Commands can be run from now on. */
    void open(CommandInterface made) {
        commands = made;
    }

    /** The command queue. */
    CommandInterface commands() {
        CommandInterface found = commands;
        if (found == null) {
            throw new IllegalStateException(access.name() + " is not brought up");
        }
        return found;
    }

    boolean isOpen() {
        return commands != null;
    }

    /** Whether nothing can be asked for any more. */
    boolean isBroken() {
        CommandInterface found = commands;
        return found != null && found.isBroken();
    }

    /** Nothing can be asked for any more. */
    void lost() {
        CommandInterface found = commands;
        if (found != null) {
            found.lost();
        }
    }

    /** The doorbells are in this page. */
    void doorbells(int page) {
        long at = (long) page * Uar.SIZE;
        if (at < InitSegment.SIZE || at + Uar.SIZE > access.registers().size()) {
            throw new MlxException(
                    Opcode.ALLOC_UAR.name(), Errno.EINVAL, access.name(), "page " + page + " is not in BAR 0");
        }
        uar = page;
        doorbells = access.registers().slice(at, Uar.SIZE);
    }

    @Override
    public MlxAccess access() {
        return access;
    }

    @Override
    public Mmio doorbells() {
        Mmio page = doorbells;
        if (page == null) {
            throw new IllegalStateException(access.name() + " has no doorbells");
        }
        return page;
    }

    @Override
    public int uar() {
        return uar;
    }

    @Override
    public MemorySegment start(Arena arena, Opcode opcode, int modifier, int length) {
        MemorySegment input = arena.allocate(length, Long.BYTES);
        CommandWords.OPCODE.set(input, opcode.code());
        CommandWords.MODIFIER.set(input, modifier);
        return input;
    }

    @Override
    public MemorySegment run(Arena arena, MemorySegment input, int outputLength) {
        return commands().run(arena, input, outputLength);
    }

    /** Runs a command of which only the success counts. */
    void call(Opcode opcode, int modifier, int length, int output, Consumer<MemorySegment> fill) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = start(arena, opcode, modifier, length);
            fill.accept(input);
            run(arena, input, output);
        }
    }

    /** Runs a command that says nothing but its name. */
    void call(Opcode opcode) {
        call(opcode, 0, CommandWords.SHORT, CommandWords.SHORT, input -> {});
    }

    @Override
    public int create(Opcode opcode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = start(arena, opcode, 0, CommandWords.SHORT);
            return CommandWords.NUMBER.of(run(arena, input, CommandWords.SHORT));
        }
    }

    @Override
    public void destroy(Opcode opcode, int number) {
        call(opcode, 0, CommandWords.SHORT, CommandWords.SHORT, input -> CommandWords.NUMBER.set(input, number));
    }

    @Override
    public RuntimeException notMade(RuntimeException failure, DmaBuffer memory) {
        return isBroken() ? notDestroyed(failure, memory) : Closing.after(failure, memory);
    }

    @Override
    public RuntimeException notDestroyed(RuntimeException failure, DmaBuffer memory) {
        doubtful.add(memory);
        return failure;
    }

    /** Whether there is memory that cannot be freed before the function has been reset. */
    boolean isInDoubt() {
        return !doubtful.isEmpty();
    }

    /** Frees all memory. The function must not reach it any more. */
    void free(Closing steps) {
        CommandInterface queue = commands;
        if (queue != null) {
            steps.attempt(queue::close);
        }
        doubtful.forEach(memory -> steps.attempt(memory::close));
        doubtful.clear();
    }

    /** What errors call the function. */
    String name() {
        return access.name();
    }
}
