// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a function gets a kernel driver: the state that the plan was made for, and the one that it leads to.
 *
 * <p>Threads: immutable.
 *
 * @param address the function
 * @param modalias what the function is
 * @param fromDriver the driver that is bound to it, or null
 * @param fromOverride the override that is set, or null
 * @param module the module to load; null if that is not needed or not known
 * @param driver the driver to bind; null if its name shows only when the module is loaded
 */
public record BindPlan(
        PciAddress address,
        Modalias modalias,
        @Nullable String fromDriver,
        @Nullable String fromOverride,
        @Nullable String module,
        @Nullable String driver) {

    /** Refuses null. */
    public BindPlan {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(modalias, "modalias");
        if (module == null && driver == null) {
            throw new IllegalArgumentException("neither a module nor a driver for " + address);
        }
    }

    /** What a decision comes to. */
    static BindPlan of(DeviceSnapshot device, Catalogue catalogue, Decision decision) {
        boolean load = decision.driver() == null || !catalogue.drivers().containsKey(decision.driver());
        return new BindPlan(
                device.address(),
                device.modalias(),
                device.driver(),
                device.override(),
                load ? decision.module() : null,
                decision.driver());
    }

    /** What is done, in this order. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        if (module != null) {
            steps.add(new Step.Load(module, driver));
        }
        steps.add(new Step.Reserve(driver));
        steps.add(new Step.Unbind(fromDriver));
        steps.add(new Step.Bind(driver));
        steps.add(new Step.Verify());
        return steps;
    }

    /** The steps in a few words each: {@code modprobe mlx5_vfio_pci}, {@code override}, {@code unbind mlx5_core}, … */
    public List<String> words() {
        return steps().stream().map(Step::word).filter(word -> !word.isEmpty()).toList();
    }

    /** The steps as lines of a shell, for somebody who would rather do it by hand. */
    public List<String> shell() {
        return steps().stream().flatMap(step -> step.shell(address).stream()).toList();
    }
}
