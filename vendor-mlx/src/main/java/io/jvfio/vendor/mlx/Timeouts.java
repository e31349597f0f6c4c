// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.mmio.Mmio;
import io.jvfio.vendor.mlx.spec.AccessRegister;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.FirmwareTimeout;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * How long the function is waited for, by what it says itself.
 *
 * <p>Threads: one at a time.
 */
final class Timeouts {
    private static final Duration USUAL_COMMAND = Duration.ofMinutes(1);
    private static final Duration USUAL_QUEUE = Duration.ofSeconds(2);

    private final Mmio registers;
    private final Map<FirmwareTimeout, Duration> told = new EnumMap<>(FirmwareTimeout.class);

    Timeouts(Mmio registers) {
        this.registers = registers;
    }

    /** Whether the function says anything of time-outs; only then its register may be asked for. */
    boolean areTold() {
        return registers.read(InitSegment.QUEUE_TIMEOUT) != 0;
    }

    /** How long a command may take. */
    Duration command() {
        long millis = areTold() ? InitSegment.timeoutMillis(registers.read(InitSegment.COMMAND_TIMEOUT)) : 0;
        return millis == 0 ? USUAL_COMMAND : Duration.ofMillis(millis);
    }

    /** How long the firmware may initialize after it has been given a command queue. */
    Duration queue() {
        long millis = InitSegment.timeoutMillis(registers.read(InitSegment.QUEUE_TIMEOUT));
        return millis == 0 ? USUAL_QUEUE : Duration.ofMillis(millis);
    }

    /** Asks the function for all others. */
    void ask(HcaChannel channel) {
        int length = CommandWords.REGISTER_AT + FirmwareTimeout.SIZE;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = channel.start(arena, Opcode.ACCESS_REG, CommandWords.REGISTER_READ, length);
            CommandWords.REGISTER.set(input, AccessRegister.DTOR);
            MemorySegment output = channel.run(arena, input, length);
            for (FirmwareTimeout each : FirmwareTimeout.values()) {
                told.put(each, each.of(output.asSlice(CommandWords.REGISTER_AT)));
            }
        }
    }

    /** One that the function has told, or the usual one. */
    Duration of(FirmwareTimeout which) {
        return told.getOrDefault(which, which.usual());
    }
}
