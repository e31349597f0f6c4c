// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CommandWords;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A command that is being done: a copy of its input, and room for its output. Both have the bytes that any command
 * reads and writes, however short the driver's are.
 *
 * <p>Threads: one at a time.
 */
final class Call {
    /** More than this is no command. */
    static final int LONGEST = 1 << 20;

    /** What handlers may touch without looking. */
    private static final int LEAST_ROOM = 0x1400;

    private final MemorySegment input;
    private final MemorySegment output;
    private final int inputLength;
    private final int outputLength;
    private int used = CommandWords.SHORT;

    Call(Arena arena, int inputLength, int outputLength) {
        this.inputLength = inputLength;
        this.outputLength = outputLength;
        this.input = arena.allocate(Math.max(LEAST_ROOM, inputLength), Long.BYTES);
        this.output = arena.allocate(Math.max(LEAST_ROOM, outputLength), Long.BYTES);
    }

    MemorySegment input() {
        return input;
    }

    MemorySegment output() {
        return output;
    }

    /** How many bytes the driver gave. */
    int inputLength() {
        return inputLength;
    }

    /** How many bytes the driver has room for. */
    int outputLength() {
        return outputLength;
    }

    int opcode() {
        return CommandWords.OPCODE.of(input);
    }

    int modifier() {
        return CommandWords.MODIFIER.of(input);
    }

    /** The number of the resource that the input names. */
    int number() {
        return CommandWords.NUMBER.of(input);
    }

    /** Answers with the number of a resource. */
    void answer(int number) {
        CommandWords.NUMBER.set(output, number);
    }

    /** The output has this many bytes. */
    void uses(int bytes) {
        used = bytes;
    }

    /** How many bytes of output are written. */
    int produced() {
        return Math.min(used, outputLength);
    }

    /** The output is a failure and nothing else. */
    void fail(int status, int syndrome) {
        output.fill((byte) 0);
        used = CommandWords.SHORT;
        CommandWords.STATUS.set(output, status);
        CommandWords.SYNDROME.set(output, syndrome);
    }
}
