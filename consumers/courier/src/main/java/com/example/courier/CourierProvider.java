// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;
import java.util.List;

/** Makes {@code model:courier}. */
public final class CourierProvider implements ModelProvider {
    /** For the service loader. */
    public CourierProvider() {}

    @Override
    public String name() {
        return "courier";
    }

    @Override
    public String summary() {
        return "copies memory";
    }

    @Override
    public List<ModelOption> options() {
        return List.of();
    }

    @Override
    public DeviceModel create(ModelSetup setup, ModelOptions options) {
        return new CourierModel(setup);
    }
}
