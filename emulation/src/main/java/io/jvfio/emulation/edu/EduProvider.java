// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.edu;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;
import java.time.Duration;
import java.util.List;

/** Makes {@code model:edu}. Threads: stateless. */
public final class EduProvider implements ModelProvider {
    private static final String DMA_MASK = "dma_mask";
    private static final String TRANSFER_MS = "transfer_ms";

    /** For the service loader. */
    public EduProvider() {}

    @Override
    public String name() {
        return "edu";
    }

    @Override
    public String summary() {
        return "QEMU's educational device: registers, factorials, DMA, MSI and INTx";
    }

    @Override
    public List<ModelOption> options() {
        return List.of(
                new ModelOption(DMA_MASK, "0xfffffff", "which address bits its DMA has"),
                new ModelOption(TRANSFER_MS, "100", "how many milliseconds a transfer takes"));
    }

    @Override
    public DeviceModel create(ModelSetup setup, ModelOptions options) {
        return new EduModel(
                setup, options.number(DMA_MASK, 0, -1), Duration.ofMillis(options.number(TRANSFER_MS, 0, 60_000)));
    }
}
