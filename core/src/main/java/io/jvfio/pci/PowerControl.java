// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.pci.config.PciRegisters;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Power states through the power management capability (PCIe 6.0, 7.5.2).
 *
 * <p>Threads: thread-safe; changes hold the lock of config space.
 */
final class PowerControl {
    /** PCIe 6.0, 5.9: after a change to or from D3hot nothing may be accessed for this long. */
    private static final Duration D3_DELAY = Duration.ofMillis(10);

    /** PCIe 6.0, 5.9: the same for D2. */
    private static final Duration D2_DELAY = Duration.ofNanos(200_000);

    private final ConfigSpace config;
    private final String name;

    /** COMMAND as it was before the function left D0, or -1. Guarded by the lock of config space. */
    private int commandInD0 = -1;

    PowerControl(ConfigSpace config, String name) {
        this.config = config;
        this.name = name;
    }

    /** The state now. A function without the capability is always in D0. */
    PowerState state() {
        OptionalInt capability = config.capability(PciRegisters.CAP_POWER);
        return capability.isPresent() ? stateAt(capability.getAsInt()) : PowerState.D0;
    }

    /** The states that the function has. */
    Set<PowerState> supported() {
        OptionalInt capability = config.capability(PciRegisters.CAP_POWER);
        EnumSet<PowerState> states = EnumSet.of(PowerState.D0);
        if (capability.isPresent()) {
            int capabilities = config.read16(capability.getAsInt() + PciRegisters.POWER_CAPABILITIES);
            states.add(PowerState.D3HOT);
            if ((capabilities & PciRegisters.POWER_D1_SUPPORT) != 0) {
                states.add(PowerState.D1);
            }
            if ((capabilities & PciRegisters.POWER_D2_SUPPORT) != 0) {
                states.add(PowerState.D2);
            }
        }
        return Collections.unmodifiableSet(states);
    }

    /** Changes the state and waits until the function may be accessed again. */
    void change(PowerState target) {
        config.lock().lock();
        try {
            PowerState now = state();
            if (now == target) {
                return;
            }
            if (!supported().contains(target)) {
                throw new IllegalArgumentException(name + " has no power state " + target);
            }
            if (target != PowerState.D0 && target.compareTo(now) < 0) {
                throw new IllegalArgumentException(
                        name + " cannot go from " + now + " to " + target + " but through D0");
            }
            if (now == PowerState.D0) {
                commandInD0 = config.read16(PciRegisters.COMMAND);
            }
            int capability = config.capability(PciRegisters.CAP_POWER).orElseThrow();
            config.modify16(
                    capability + PciRegisters.POWER_CONTROL,
                    PciRegisters.POWER_STATE_MASK | PciRegisters.POWER_PME_STATUS,
                    target.bits());
            pause(delay(now, target));
            if (stateAt(capability) != target) {
                throw new VfioException("PMCSR write", Errno.EIO, name + ": from " + now + " to " + target, "");
            }
            if (target == PowerState.D0) {
                restoreCommand();
            }
        } finally {
            config.lock().unlock();
        }
    }

    /** Forgets what a reset has undone. The caller holds the lock of config space. */
    void wasReset() {
        commandInD0 = -1;
    }

    /** Leaving D3hot can reset the function. The kernel restores its header; other carriers may not. */
    private void restoreCommand() {
        if (commandInD0 != -1 && config.read16(PciRegisters.COMMAND) != commandInD0) {
            config.write16(PciRegisters.COMMAND, commandInD0);
        }
        commandInD0 = -1;
    }

    private PowerState stateAt(int capability) {
        return PowerState.of(config.read16(capability + PciRegisters.POWER_CONTROL));
    }

    private static Duration delay(PowerState from, PowerState to) {
        if (from == PowerState.D3HOT || to == PowerState.D3HOT) {
            return D3_DELAY;
        }
        return from == PowerState.D2 || to == PowerState.D2 ? D2_DELAY : Duration.ZERO;
    }

    /** Waits all of it: the specification allows no access before. An interrupt is kept for later. */
    private static void pause(Duration duration) {
        long start = System.nanoTime();
        boolean interrupted = false;
        long left = duration.toNanos();
        while (left > 0) {
            interrupted |= Thread.interrupted();
            LockSupport.parkNanos(left);
            left = duration.toNanos() - (System.nanoTime() - start);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
