// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.util.List;

/**
 * A kind of model, found by {@link java.util.ServiceLoader} and named by locators: {@code model:NAME?key=value&key=value}.
 * Registered both in the module descriptor and in {@code META-INF/services}.
 *
 * <p>Threads: thread-safe.
 */
public interface ModelProvider {

    /** What locators call it: lower-case letters, digits and hyphens. */
    String name();

    /** What it is, in one line for people. */
    String summary();

    /** Which options a locator may give it. Those of every model are not among them. */
    default List<ModelOption> options() {
        return List.of();
    }

    /**
     * Makes one device.
     *
     * @param setup what it is made with: says what the device has, and hands out what the model uses later
     * @param options what the locator says, checked for unknown keys
     * @return its behaviour, owned by the caller
     * @throws IllegalArgumentException if an option's value makes no sense
     * @throws io.jvfio.VfioException if there is no memory or file for it; what the setup has made is given back by the
     *     caller
     */
    DeviceModel create(ModelSetup setup, ModelOptions options);
}
