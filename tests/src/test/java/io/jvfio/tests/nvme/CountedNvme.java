// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.driver.nvme.BlockPattern;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.FaultPlan;
import io.jvfio.emulation.ManualClock;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.PciDevices;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * The model of a controller, whose doorbells of I/O queues are counted. It runs on its worker; or it is stepped, and then does
 * all its work within each write of a register.
 *
 * <p>Threads: one at a time rings.
 */
final class CountedNvme extends ForwardingDevice {
    static final int BLOCK = 512;
    static final NvmeOptions OPTIONS = NvmeOptions.defaults()
            .withShadowDoorbells(false)
            .withCommandTimeout(Duration.ofMillis(500))
            .withAdminTimeout(Duration.ofSeconds(2));

    private final EmulatedDevice model;
    private volatile boolean stepped;

    /** Since the last {@link #forget}. */
    int submissionBells;

    int completionBells;

    private CountedNvme(EmulatedDevice model, boolean stepped) {
        super(model);
        this.model = model;
        this.stepped = stepped;
    }

    static CountedNvme onWorker(String query, String faults) {
        EmulationOptions options = EmulationOptions.defaults().withFaults(FaultPlan.parse(faults));
        return new CountedNvme(EmulatedDevice.open("nvme?size=4MiB" + query, options), false);
    }

    static CountedNvme stepped(String query) {
        EmulationOptions options = EmulationOptions.stepped(new ManualClock());
        return new CountedNvme(EmulatedDevice.open("nvme?size=4MiB" + query, options), true);
    }

    /** The model as a device for a driver, which closes it. */
    PciDevice pci() {
        return PciDevices.of(this, "counted", CarrierContext.of(), () -> {});
    }

    /** The device is pulled out. */
    void remove() {
        model.remove();
    }

    /** From now on a stepped model does nothing but in {@link #step}. */
    void hold() {
        stepped = false;
    }

    /** A model that is held does its work within each write again. */
    void release() {
        stepped = true;
    }

    /** Does what there is to do, of a model that is held. */
    boolean step() {
        return model.step();
    }

    void forget() {
        submissionBells = 0;
        completionBells = 0;
    }

    /** Writes a pattern to all of the first namespace. */
    static BlockPattern fill(NvmeController controller) {
        Namespace namespace = controller.namespaces().getFirst();
        int size = namespace.info().blockSize();
        int blocks = Math.toIntExact(namespace.info().blocks());
        BlockPattern pattern = new BlockPattern(size, 1);
        MemorySegment all = MemorySegment.ofArray(new byte[blocks * size]);
        pattern.fill(all, 0, 0, blocks);
        namespace.write(0, all);
        return pattern;
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        long doorbell = (offset - ControllerRegisters.DOORBELLS) / Integer.BYTES;
        if (region == 0 && doorbell >= 2) {
            if (doorbell % 2 == 0) {
                submissionBells++;
            } else {
                completionBells++;
            }
        }
        super.writeRegister(region, offset, width, value);
        while (stepped && model.step()) {
            // Until there is nothing to do.
        }
    }
}
