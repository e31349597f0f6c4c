// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.VfioDevice;
import io.jvfio.interrupt.InterruptControl;
import io.jvfio.iommu.Dma;
import io.jvfio.pci.ConfigSpace;
import io.jvfio.pci.PciParts;
import java.util.Map;

/** What one storey is given. Threads: thread-safe. */
final class StoreyContext implements VariantContext, AutoCloseable {
    private final String id;
    private final String device;
    private final Map<String, String> options;
    private final PciParts parts;
    private volatile VfioDevice top;

    StoreyContext(String id, VfioDevice below, Map<String, String> options, CarrierContext context) {
        this.id = id;
        this.device = below.toString();
        this.options = options;
        this.top = below;
        this.parts = new PciParts(below, id + " on " + below, context);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public Map<String, String> options() {
        return options;
    }

    @Override
    public String logger() {
        return "io.jvfio.variant." + id;
    }

    @Override
    public Dma dma() {
        return parts.dma();
    }

    @Override
    public InterruptControl interrupts() {
        return parts.interrupts();
    }

    @Override
    public ConfigSpace config() {
        return parts.config();
    }

    @Override
    public void guard(Runnable body) {
        parts.faults().run(body);
    }

    /** The stack stands, and this is its top. */
    void standsUnder(VfioDevice device) {
        top = device;
    }

    @Override
    public void reset() {
        top.reset();
    }

    /** The device below has been reset. */
    void wasReset() {
        parts.wasReset();
    }

    @Override
    public void close() {
        parts.close();
    }
}
