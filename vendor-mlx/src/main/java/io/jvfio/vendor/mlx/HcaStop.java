// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.mmio.Mmio;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.FirmwareTimeout;
import io.jvfio.vendor.mlx.spec.GeneralCapability;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The ways to stop a function that runs.
 *
 * <p>Threads: one at a time.
 */
final class HcaStop {
    private final HcaChannel channel;
    private final MemorySegment capabilities;

    HcaStop(HcaChannel channel, MemorySegment capabilities) {
        this.channel = channel;
        this.capabilities = capabilities;
    }

    /** Stops a function whose resources are gone; by force, if it can be forced and does not stop otherwise. */
    void orderly() {
        try {
            tearDown(CommandWords.TEARDOWN_GRACEFUL);
        } catch (VfioException e) {
            if (channel.isBroken() || GeneralCapability.FORCE_TEARDOWN.of(capabilities) == 0) {
                throw e;
            }
            force(e);
        }
    }

    private void force(VfioException before) {
        try {
            tearDown(CommandWords.TEARDOWN_FORCE);
        } catch (VfioException e) {
            e.addSuppressed(before);
            throw e;
        }
    }

    /**
     * Stops a function with all that it has going: it does no DMA afterwards and has forgotten everything, pages
     * included.
     *
     * @return whether it has stopped; otherwise it is taken down step by step
     */
    boolean fast() {
        if (channel.isBroken() || GeneralCapability.FAST_TEARDOWN.of(capabilities) == 0) {
            return false;
        }
        channel.commands().polling();
        try {
            tearDown(CommandWords.TEARDOWN_FAST);
        } catch (VfioException e) {
            return false;
        }
        Mmio registers = channel.access().registers();
        Recovery.setMode(registers, InitSegment.NIC_DISABLED);
        return registers.awaitField(
                InitSegment.QUEUE_LOW,
                InitSegment.NIC_INTERFACE,
                InitSegment.NIC_DISABLED,
                channel.timeouts().of(FirmwareTimeout.TEAR_DOWN));
    }

    private void tearDown(int profile) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = channel.start(arena, Opcode.TEARDOWN_HCA, 0, CommandWords.SHORT);
            CommandWords.TEARDOWN_PROFILE.set(input, profile);
            MemorySegment output = channel.run(arena, input, CommandWords.SHORT);
            if (CommandWords.TEARDOWN_STATE.of(output) != 0) {
                throw new MlxException(
                        Opcode.TEARDOWN_HCA.name(),
                        Errno.EIO,
                        channel.access().name(),
                        "the firmware could not stop by profile " + profile);
            }
        }
    }
}
