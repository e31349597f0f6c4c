// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;
import java.util.List;

/** Makes {@code model:adder}. */
public final class AdderProvider implements ModelProvider {
    /** For the service loader. */
    public AdderProvider() {}

    @Override
    public String name() {
        return "adder";
    }

    @Override
    public String summary() {
        return "adds up numbers in memory";
    }

    @Override
    public List<ModelOption> options() {
        return List.of(new ModelOption("most", "1024", "how many numbers it takes at once"));
    }

    @Override
    public DeviceModel create(ModelSetup setup, ModelOptions options) {
        return new AdderModel(setup, (int) options.number("most", 1, 1 << 20));
    }
}
