// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.pci.config.VirtualConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a model's function.
 *
 * @param regions by index; config space's is made by the device
 * @param faults what goes wrong, or null
 */
record ModelFunction(
        VirtualConfig config,
        FunctionControl control,
        ModelInterrupts interrupts,
        ModelDma dma,
        ModelWorker worker,
        List<ModelRegion> regions,
        @Nullable FaultInjector faults) {}
