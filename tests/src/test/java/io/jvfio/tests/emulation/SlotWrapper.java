// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.FunctionErrors;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelWrapper;
import io.jvfio.emulation.WrapperSetup;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes {@code model:slot?of=NAME}: the device in a slot that contains errors. What docs/model-guide.md quotes. */
public final class SlotWrapper implements ModelWrapper {
    /** For the service loader. */
    public SlotWrapper() {}

    @Override
    public String name() {
        return "slot";
    }

    @Override
    public String summary() {
        return "a slot that isolates a device whose DMA goes astray";
    }

    @Override
    public List<ModelOption> options() {
        return List.of(new ModelOption("slot.vectors", "8", "how many vectors there are at most"));
    }

    @Override
    public UnaryOperator<DeviceModel> wrap(WrapperSetup setup, ModelOptions options) {
        int vectors = (int) options.number("slot.vectors", 1, 2048);
        FunctionErrors errors = setup.errors();
        setup.interrupts(kinds -> kinds.withAvailable(vectors));
        setup.withoutMappings();
        setup.onDmaFault(fault -> {
            errors.isolate();
            errors.signal();
        });
        return UnaryOperator.identity();
    }
}
