// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import org.jspecify.annotations.Nullable;

/**
 * A model whose work and resets meet a fault plan. It also has the messages sent that a fault has delayed.
 *
 * <p>Threads: as {@link DeviceModel}.
 */
final class FaultyModel implements DeviceModel {
    private final DeviceModel model;
    private final FaultInjector faults;
    private final ModelInterrupts interrupts;
    private final ModelWorker worker;

    /** Whether the work of the next run has been delayed already. Used by runs alone. */
    private boolean postponed;

    FaultyModel(DeviceModel model, FaultInjector faults, ModelInterrupts interrupts, ModelWorker worker) {
        this.model = model;
        this.faults = faults;
        this.interrupts = interrupts;
        this.worker = worker;
    }

    @Override
    public boolean run() {
        boolean sent = interrupts.sendDelayed();
        if (faults.isIdle()) {
            return sent;
        }
        @Nullable FaultRule rule = postponed ? null : faults.meet(FaultRule.Point.WORK, -1);
        postponed = false;
        if (rule != null) {
            switch (rule.kind()) {
                case DELAY -> {
                    postponed = true;
                    worker.wakeAt(worker.clock().nanos() + rule.delay().toNanos());
                    return sent;
                }
                case DROP, STUCK, REMOVE -> {
                    return sent;
                }
                default -> {
                    // It has happened, and the work goes on.
                }
            }
        }
        boolean did = model.run();
        return did || sent;
    }

    @Override
    public void reset() {
        FaultRule rule = faults.meet(FaultRule.Point.RESET, -1);
        if (rule == null) {
            postponed = false;
            faults.revive();
            model.reset();
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
