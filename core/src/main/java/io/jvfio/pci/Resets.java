// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.device.HotReset;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.event.ResetEvent;
import io.jvfio.iommu.DmaOwner;
import io.jvfio.pci.config.PciRegisters;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Resets of one function, and what has to be put back after them.
 *
 * <p>Threads: thread-safe; the config space's lock keeps others from changing registers meanwhile.
 */
final class Resets {
    private final VfioDevice device;
    private final ConfigSpace config;
    private final int commandAtOpen;
    private final PowerControl power;
    private final InterruptEnable interruptEnable;
    private final DmaOwner dma;
    private final Lifecycle lifecycle;
    private final String name;

    Resets(
            VfioDevice device,
            ConfigSpace config,
            PowerControl power,
            InterruptEnable interruptEnable,
            DmaOwner dma,
            Lifecycle lifecycle,
            String name) {
        this.device = device;
        this.config = config;
        this.commandAtOpen = config.read16(PciRegisters.COMMAND) & ~PciRegisters.COMMAND_MASTER;
        this.power = power;
        this.interruptEnable = interruptEnable;
        this.dma = dma;
        this.lifecycle = lifecycle;
        this.name = name;
    }

    /** Resets the function alone. */
    void reset() {
        run(name, List.of(this), device::reset);
    }

    Optional<HotReset> hotReset() {
        return device.ability(HotReset.class);
    }

    /**
     * Resets functions at once.
     *
     * @param name whose reset it is, for the recording
     * @param all the functions that are reset, in the order in which their locks are taken
     * @param reset resets them
     */
    static void run(String name, List<Resets> all, Runnable reset) {
        ResetEvent event = ResetEvent.start();
        boolean done = false;
        Deque<Resets> locked = new ArrayDeque<>();
        try {
            for (Resets one : all) {
                one.config.lock().lock();
                locked.push(one);
            }
            reset.run();
            done = true;
            all.forEach(Resets::restore);
        } finally {
            locked.forEach(one -> one.config.lock().unlock());
            if (event != null) {
                event.commit(name, done);
            }
        }
        for (Resets one : all) {
            one.dma.releaseQuarantine();
            one.lifecycle.recovered();
        }
    }

    private void restore() {
        power.wasReset();
        if (config.read16(PciRegisters.COMMAND) != commandAtOpen) {
            config.write16(PciRegisters.COMMAND, commandAtOpen);
        }
        interruptEnable.reapply();
    }
}
