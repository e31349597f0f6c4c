// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.queue.Doorbell;
import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way from a controller in any state to one that takes commands, and back; and what was learnt on it.
 *
 * <p>Threads: one at a time; what was learnt can be asked for by all.
 */
final class Startup implements AutoCloseable {
    private final ControllerCore core;
    private final AdminCommands admin;
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

    Doorbell.@Nullable Shadow shadow() {
        ShadowDoorbells pages = shadow;
        return pages == null ? null : pages.shadow();
    }

    /** Stops the controller and starts it; it then knows no I/O queue. */
    void run() {
        ControllerRegs registers = core.registers();
        ControllerCaps capabilities = core.capabilities();
        registers.disable(capabilities.timeout());
        core.adminQueue().clear();
        core.device().enableBusMaster();
        registers.enable(
                capabilities,
                core.adminQueue().submissionAddress(),
                core.adminQueue().completionAddress(),
                AdminQueue.ENTRIES);
        int version = registers.version();
        ControllerInfo now = ControllerInfo.of(admin.identify(Cns.CONTROLLER, 0), version, capabilities.pageSize());
        info = now;
        queueLimit = admin.requestQueues(fittingQueues(registers.mmio().size(), capabilities.stride()));
        core.queues().reset();
        ShadowDoorbells pages = shadow;
        if (pages == null && core.queues().isEmpty() && core.options().shadowDoorbells() && now.hasShadowDoorbells()) {
            pages = new ShadowDoorbells(core.device().dma(), capabilities.pageSize());
            shadow = pages;
        }
        // Queues that were made with them rely on them, whatever the controller says after a reset.
        if (pages != null) {
            pages.configure(admin);
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
