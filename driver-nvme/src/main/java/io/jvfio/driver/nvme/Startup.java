// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.queue.Doorbell;
import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way from a controller in any state to one that takes commands, and back; and what was learnt on it.
 *
 * <p>Threads: one at a time; what was learnt can be asked for by all.
 */
final class Startup implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** What is asked of the controller; it can do without all but the first. */
    private enum Step {
        IDENTIFY,
        RETRY_DELAYS,
        QUEUES,
        DOORBELLS
    }

    private final ControllerCore core;
    private final AdminCommands admin;

    /** What was not answered since {@link #run} began. */
    private final Set<Step> leftOut = EnumSet.noneOf(Step.class);

    private Step step = Step.IDENTIFY;
    private volatile @Nullable ControllerInfo info;
    private volatile int queueLimit;
    private volatile @Nullable ShadowDoorbells shadow;

    Startup(ControllerCore core, AdminCommands admin) {
        this.core = core;
        this.admin = admin;
    }

    ControllerInfo info() {
        ControllerInfo known = info;
        if (known == null) {
            throw new IllegalStateException(core.name() + " was never started");
        }
        return known;
    }

    /** How many pairs of queues the controller allows. */
    int queueLimit() {
        return queueLimit;
    }

    /** Pages of doorbells, which are kept even if the controller does not look at them. */
    Doorbell.@Nullable Shadow shadow() {
        ShadowDoorbells pages = shadow;
        return pages == null ? null : pages.shadow();
    }

    /**
     * Stops the controller and starts it; it then knows no I/O queue. Of what it can do without, it is started once more
     * without what it did not answer.
     */
    void run() {
        leftOut.clear();
        while (true) {
            try {
                step = Step.IDENTIFY;
                start();
                return;
            } catch (ControllerFailedException e) {
                if (step == Step.IDENTIFY || !leftOut.add(step)) {
                    throw e;
                }
                LOG.log(System.Logger.Level.WARNING, "{0}: starting it once more without that: {1}", core.name(), e);
            }
        }
    }

    private void start() {
        ControllerRegs registers = core.registers();
        ControllerCaps capabilities = core.capabilities();
        registers.disable(capabilities.timeout());
        core.adminQueue().clear();
        core.device().enableBusMaster();
        registers.enable(
                capabilities,
                core.adminQueue().submissionAddress(),
                core.adminQueue().completionAddress(),
                AdminQueue.ENTRIES,
                capabilities.startLimit(core.options().readyTimeout()));
        int version = registers.version();
        ControllerInfo now = ControllerInfo.of(admin.identify(Cns.CONTROLLER, 0), version, capabilities.pageSize());
        info = now;
        admin.retries(Retries.of(core.options(), capabilities, now.retryDelays()));
        if (begins(Step.RETRY_DELAYS)) {
            admin.allowRetryDelays(now);
        }
        int fitting = fittingQueues(registers.mmio().size(), capabilities.stride());
        queueLimit = begins(Step.QUEUES) ? admin.requestQueues(fitting) : 1;
        core.queues().reset();
        ShadowDoorbells pages = shadow;
        if (pages == null && core.queues().isEmpty() && core.options().shadowDoorbells() && now.hasShadowDoorbells()) {
            pages = new ShadowDoorbells(core.device().dma(), capabilities.pageSize());
            shadow = pages;
        }
        // Those that once did not work are not tried again: doorbells are rung in registers then, as always.
        if (pages != null && pages.shadow().isTrusted()) {
            if (begins(Step.DOORBELLS)) {
                configure(pages);
            } else {
                pages.shadow().distrust();
            }
        }
    }

    /** Begins a step, unless it is left out. */
    private boolean begins(Step next) {
        step = next;
        return !leftOut.contains(next);
    }

    private void configure(ShadowDoorbells pages) {
        try {
            pages.configure(admin);
        } catch (CommandFailedException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: no doorbells in memory: {1}", core.name(), e.getMessage());
            pages.shadow().distrust();
        }
    }

    /** Stops the controller, after a shutdown if it is to have one. */
    void stop(int kind, Duration limit) {
        try {
            try {
                if (kind != ControllerRegisters.SHN_NONE) {
                    core.registers().shutDown(kind, limit);
                }
            } finally {
                core.registers().disable(core.capabilities().timeout());
            }
        } finally {
            core.device().disableBusMaster();
        }
    }

    /** Frees what it has made; the controller is stopped. */
    @Override
    public void close() {
        ShadowDoorbells pages = shadow;
        if (pages != null) {
            pages.close();
        }
    }

    /** How many pairs of I/O queues have their doorbells in BAR 0. */
    private int fittingQueues(long size, int stride) {
        long doorbells = (size - ControllerRegisters.DOORBELLS) / (8L << stride);
        int fitting = (int) Math.min(doorbells - 1, 0xffff);
        if (fitting < 1) {
            throw new ControllerFailedException(
                    core.name(), "BAR 0 has no room for the doorbells of an I/O queue, with CAP.DSTRD " + stride);
        }
        return fitting;
    }
}
