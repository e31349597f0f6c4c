// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;

/** Makes {@code model:full}. */
public final class FullProvider implements ModelProvider {
    /** For the service loader. */
    public FullProvider() {}

    @Override
    public String name() {
        return "full";
    }

    @Override
    public String summary() {
        return "one of everything, for tests";
    }

    @Override
    public DeviceModel create(ModelSetup setup, ModelOptions options) {
        return new FullModel(setup);
    }
}
