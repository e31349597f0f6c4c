// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.BindingProblem.Code;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a name stands for: a registered driver by its exact name, or a module, whose driver may have another name. Neither
 * is made of the other by its spelling.
 *
 * <p>Threads: immutable.
 *
 * @param module the module; null if it is unknown
 * @param driver the driver; null as long as the module is not loaded
 * @param problem why it cannot be had; null if it can
 */
record Resolution(
        @Nullable String module,
        @Nullable String driver,
        @Nullable BindingProblem problem) {

    static Resolution of(String name, Catalogue catalogue) {
        String module = catalogue.drivers().get(name);
        if (module != null) {
            return new Resolution(module.isEmpty() ? null : module, name, null);
        }
        ModuleFacts facts = catalogue.module(name).orElse(null);
        boolean known = facts != null
                && (facts.state() != ModuleFacts.State.MODULE_FILE_MISSING
                        || !facts.file().isEmpty()
                        || catalogue.offersVfio(name));
        if (facts == null || !known) {
            List<String> near = catalogue.near(name);
            return new Resolution(
                    null,
                    null,
                    BindingProblem.of(
                            Code.MODULE_FILE_MISSING,
                            "there is no driver and no module " + name,
                            near.isEmpty() ? "" : "did you mean " + String.join(", or ", near) + "?"));
        }
        if (!facts.state().feasible()) {
            return new Resolution(facts.name(), null, infeasible(facts.name(), facts));
        }
        if (!facts.present()) {
            return new Resolution(facts.name(), null, null);
        }
        return ofLoaded(facts.name(), facts.drivers());
    }

    /** The driver of a module that is there. */
    static Resolution ofLoaded(String module, List<String> drivers) {
        if (drivers.isEmpty()) {
            return new Resolution(
                    module, null, BindingProblem.of(Code.MODULE_HAS_NO_DRIVER, module + " has no driver for PCI", ""));
        }
        String driver = drivers.size() == 1
                ? drivers.getFirst()
                : drivers.stream()
                        .filter(name -> Names.fold(name).equals(Names.fold(module)))
                        .findFirst()
                        .orElse(null);
        return driver != null
                ? new Resolution(module, driver, null)
                : new Resolution(
                        module,
                        null,
                        BindingProblem.of(
                                Code.AMBIGUOUS_DRIVER_NAME,
                                module + " has several drivers, and none has its name: " + String.join(", ", drivers),
                                "name the driver"));
    }

    /** Why a module cannot be had. */
    static BindingProblem infeasible(String module, ModuleFacts facts) {
        return switch (facts.state()) {
            case MODULES_DISABLED ->
                BindingProblem.of(
                        Code.MODULES_DISABLED,
                        module + " is not loaded, and the kernel loads no modules any more",
                        "kernel.modules_disabled goes back only at a reboot");
            case ADMIN_PROHIBITED ->
                BindingProblem.of(
                        Code.ADMIN_PROHIBITED,
                        module + " may not be loaded",
                        "a line \"install " + module + "\" of modprobe.d, or module_blacklist on the kernel's command"
                                + " line, forbids it");
            default ->
                BindingProblem.of(
                        Code.MODULE_FILE_MISSING,
                        "the file of the module " + module + " is not there",
                        "install the distribution's package of extra modules");
        };
    }
}
