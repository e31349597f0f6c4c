// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.util.Objects;

/**
 * How a model runs, for those who open it by the API. Models that are opened by a locator run on their own worker by the
 * system's clock.
 *
 * <p>Threads: immutable.
 *
 * @param clock the model's time
 * @param stepped whether the model does work only when {@link EmulatedDevice#step} is called, and not on a worker
 * @param iommu what the device's private address space is like
 * @param faults what goes wrong
 * @param diagnostics whether {@link EmulatedDevice#report} has something to tell, which makes register access slower
 */
public record EmulationOptions(
        ModelClock clock, boolean stepped, EmulatedIommu.Settings iommu, FaultPlan faults, boolean diagnostics) {
    /** Refuses null. */
    public EmulationOptions {
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(iommu, "iommu");
        Objects.requireNonNull(faults, "faults");
    }

    /** On a worker, by the system's clock. */
    public static EmulationOptions defaults() {
        return new EmulationOptions(
                ModelClock.system(), false, EmulatedIommu.Settings.defaults(), FaultPlan.none(), false);
    }

    /** Stepped by the caller, by the given clock. */
    public static EmulationOptions stepped(ModelClock clock) {
        return defaults().withClock(clock).withStepped(true);
    }

    /** The same with another clock. */
    public EmulationOptions withClock(ModelClock time) {
        return new EmulationOptions(time, stepped, iommu, faults, diagnostics);
    }

    /** The same on a worker or stepped. */
    public EmulationOptions withStepped(boolean byCaller) {
        return new EmulationOptions(clock, byCaller, iommu, faults, diagnostics);
    }

    /** The same with another kind of address space. */
    public EmulationOptions withIommu(EmulatedIommu.Settings settings) {
        return new EmulationOptions(clock, stepped, settings, faults, diagnostics);
    }

    /** The same with these faults. */
    public EmulationOptions withFaults(FaultPlan plan) {
        return new EmulationOptions(clock, stepped, iommu, plan, diagnostics);
    }

    /** The same with a report of what the model does not implement, or without. */
    public EmulationOptions withDiagnostics(boolean on) {
        return new EmulationOptions(clock, stepped, iommu, faults, on);
    }
}
