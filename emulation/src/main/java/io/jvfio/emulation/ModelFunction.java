// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.device.DeviceInfo;
import io.jvfio.device.PostedRegisters;
import io.jvfio.pci.config.VirtualConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a model's function.
 *
 * @param regions by index; config space's is made by the device
 * @param posted which registers are doorbells
 * @param info what is said of the device
 * @param features what can be asked of it besides
 * @param errors whether it is isolated
 * @param wrapper what is around it, or null
 * @param faults what goes wrong, or null
 * @param diagnostics keeps the report, or null
 */
record ModelFunction(
        VirtualConfig config,
        FunctionControl control,
        ModelInterrupts interrupts,
        ModelDma dma,
        ModelWorker worker,
        List<ModelRegion> regions,
        PostedRegisters posted,
        DeviceInfo info,
        ModelFeatures features,
        FunctionErrors errors,
        @Nullable WrapperSetup wrapper,
        @Nullable FaultInjector faults,
        @Nullable ModelDiagnostics diagnostics) {}
