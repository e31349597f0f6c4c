// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;
import java.util.List;

/** Makes {@code model:mlx5}. Threads: stateless. */
public final class Mlx5Provider implements ModelProvider {

    /** For the service loader. */
    public Mlx5Provider() {}

    @Override
    public String name() {
        return "mlx5";
    }

    @Override
    public String summary() {
        return "ConnectX function: command interface, events, completion and send queues without a network";
    }

    @Override
    public List<ModelOption> options() {
        return Mlx5Options.KNOWN;
    }

    @Override
    public DeviceModel create(ModelSetup setup, ModelOptions options) {
        return new Mlx5Model(setup, Mlx5Options.parse(options));
    }
}
