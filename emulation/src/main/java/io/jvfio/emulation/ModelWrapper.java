// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a system puts around a device, whatever the device is: a bus, an IOMMU, a hypervisor. Found by
 * {@link java.util.ServiceLoader} and named by locators, with the model that it wraps:
 * {@code model:WRAPPER?of=MODEL&WRAPPER.key=value&key=value}. Keys that begin with the wrapper's name and a dot are the
 * wrapper's, all others are those of the model inside; {@code faults} and {@code diagnostics}, which every model has, act
 * on the device as its users see it. A wrapper wraps models, not wrappers. Registered both in the module descriptor and
 * in {@code META-INF/services}.
 *
 * <p>Threads: thread-safe.
 */
public interface ModelWrapper {

    /** What locators call it: lower-case letters, digits and hyphens. No model may have the same name. */
    String name();

    /** What it is, in one line for people. */
    String summary();

    /** Which options a locator may give it; each key begins with the wrapper's name and a dot. */
    default List<ModelOption> options() {
        return List.of();
    }

    /**
     * Says what is around one device. Called before the model inside is made, so it holds nothing that has to be given back.
     *
     * @param setup what the wrapper says it with
     * @param options what the locator says to the wrapper, checked for unknown keys
     * @return called with the model when that has been made; what it returns runs in the model's place and passes on
     *     what is the model's, {@code close} included. What it throws closes the model
     * @throws IllegalArgumentException if an option's value makes no sense
     */
    UnaryOperator<DeviceModel> wrap(WrapperSetup setup, ModelOptions options);
}
