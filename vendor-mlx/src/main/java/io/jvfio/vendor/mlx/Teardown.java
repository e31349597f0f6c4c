// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Closing;
import io.jvfio.pci.config.PciRegisters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What has to be undone of a bring-up, the last first, and then the memory that is freed. A function that does not take
 * part in it is reset before its memory is freed.
 *
 * <p>Threads: one at a time.
 */
final class Teardown {
    private final HcaChannel channel;
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final List<Runnable> memory = new ArrayList<>();
    private BooleanSupplier stop = () -> false;

    Teardown(HcaChannel channel) {
        this.channel = channel;
    }

    /** Something to do before all that was said earlier. It is called also when no commands can be run any more. */
    void later(Runnable how) {
        undo.push(how);
    }

    /**
     * A way to stop the function at once, tried before all else. If it has stopped so, nothing that would be done by
     * commands is left to do.
     */
    void first(BooleanSupplier how) {
        stop = how;
    }

    /** Memory to free when the function does not reach it any more. */
    void freeing(Runnable how) {
        memory.add(how);
    }

    /** Undoes it all; the first failure is told when everything is done. */
    void run() {
        boolean doubt = channel.isInDoubt();
        RuntimeException failure = null;
        letAnswer();
        boolean stopped = stop.getAsBoolean();
        if (stopped) {
            channel.lost();
        }
        while (!undo.isEmpty()) {
            boolean silent = channel.isBroken();
            try {
                undo.pop().run();
            } catch (RuntimeException e) {
                doubt = true;
                failure = failure == null && !silent ? e : failure;
            }
        }
        finish(!stopped && (doubt || channel.isBroken()), failure);
    }

    /** Whoever has had the device meanwhile may have switched off what the firmware answers by. */
    private void letAnswer() {
        if (!channel.isOpen() || channel.isBroken()) {
            return;
        }
        try {
            channel.access()
                    .config()
                    .modify16(PciRegisters.COMMAND, PciRegisters.COMMAND_MASTER, PciRegisters.COMMAND_MASTER);
        } catch (RuntimeException e) {
            channel.lost(); // the device is gone, and with it whoever could answer
        }
    }

    private void finish(boolean reset, @Nullable RuntimeException failure) {
        MlxAccess access = channel.access();
        Closing steps = new Closing();
        if (channel.isOpen()) {
            steps.attempt(() -> access.config().modify16(PciRegisters.COMMAND, PciRegisters.COMMAND_MASTER, 0));
        }
        if (reset) {
            steps.attempt(new Recovery(access, channel.timeouts())::run);
        }
        memory.forEach(steps::attempt);
        channel.free(steps);
        if (failure != null) {
            steps.attempt(() -> {
                throw failure;
            });
        }
        steps.throwFirst();
    }
}
