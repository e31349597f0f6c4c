// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Closing;
import io.jvfio.device.HotReset;
import io.jvfio.device.Quiesce;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.event.ResetEvent;
import io.jvfio.iommu.DmaOwner;
import io.jvfio.pci.config.PciRegisters;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

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

    /** Resets functions by the hot reset of the first. */
    static void together(List<Resets> all) {
        List<HotReset> resets =
                all.stream().map(one -> HotReset.of(one.device, one.name)).toList();
        all.forEach(one -> Quiesce.run(one.device));
        // One order of taking locks, whichever function is the first.
        List<Resets> inOrder =
                all.stream().sorted(Comparator.comparing(one -> one.name)).toList();
        run(all.getFirst().name, inOrder, () -> hotReset(resets));
    }

    /** Tells all, resets by the carrier of the first, and tells those that it has done. */
    private static void hotReset(List<HotReset> resets) {
        Deque<HotReset> told = new ArrayDeque<>();
        AtomicBoolean done = new AtomicBoolean();
        Closing steps = new Closing();
        steps.attempt(() -> {
            for (HotReset each : resets) {
                told.push(each);
                each.before();
            }
            resets.getFirst()
                    .carrier()
                    .reset(resets.stream().skip(1).map(HotReset::carrier).toList());
            done.set(true);
        });
        told.forEach(each -> steps.attempt(() -> each.after(done.get())));
        steps.throwFirst();
    }

    /**
     * Resets functions at once.
     *
     * @param name whose reset it is, for the recording
     * @param all the functions that are reset, in the order in which their locks are taken
     * @param reset resets them
     */
    private static void run(String name, List<Resets> all, Runnable reset) {
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
