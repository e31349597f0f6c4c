// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.zpci;

import io.jvfio.device.DeviceFeature;
import io.jvfio.device.ZpciErrors;
import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelWrapper;
import io.jvfio.emulation.WrapperSetup;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes {@code model:zpci?of=NAME}. Threads: stateless. */
public final class ZpciWrapper implements ModelWrapper {
    private static final int ZPCI_ERROR = 13;
    private static final long PAGES = 1 << 12;

    /** For the service loader. */
    public ZpciWrapper() {}

    @Override
    public String name() {
        return "zpci";
    }

    @Override
    public String summary() {
        return "a function of IBM Z: zPCI's capabilities, handle, aperture and error events around any model";
    }

    @Override
    public List<ModelOption> options() {
        return ZpciOptions.KNOWN;
    }

    @Override
    public UnaryOperator<DeviceModel> wrap(WrapperSetup setup, ModelOptions options) {
        ZpciOptions function = ZpciOptions.parse(options);
        setup.interrupts(
                kinds -> kinds.withoutPin().withoutResize().withAvailable(Math.min(function.noi(), kinds.available())));
        setup.withoutMappings();
        setup.withoutExtendedConfig();
        if (function.base().vfn() != 0) {
            setup.alwaysDecoded();
        }
        setup.model().usable(List.of(function.base().aperture()));
        setup.model().pageSizes(PAGES);
        ErrorEvents events = new ErrorEvents(
                setup.model().device(), function.fid(), function.base().fh(), setup.errors());
        setup.onDmaFault(events::dma);
        setup.onInjectedError(events::injected);
        setup.deviceCapabilities(() -> function.capabilities(events.handle()));
        if (function.tellsErrors()) {
            setup.ability(ZpciErrors.class, events);
            setup.announce(ZPCI_ERROR, DeviceFeature.Direction.GET);
        }
        return model -> {
            if (!setup.isExpress()) {
                setup.withoutErrorInterrupt();
            }
            return new ZpciModel(model, events, function.slotReset());
        };
    }
}
