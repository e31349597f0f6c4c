// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.Vfio;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.time.Duration;

/** Sends a text through a courier. */
public final class Program {
    private Program() {}

    /**
     * Runs.
     *
     * @param args the device, or nothing for the model of it
     */
    public static void main(String[] args) {
        String locator = args.length > 0 ? args[0] : "model:courier";
        try (PciDevice device = Vfio.open(locator);
                DmaBuffer from = device.dma().allocate(4096);
                DmaBuffer to = device.dma().allocate(4096);
                CourierDriver courier = CourierDriver.open(device)) {
            from.memory().setString(0, "good news");
            courier.start(from.iova(), to.iova(), 64, 1);
            boolean arrived = courier.await(Duration.ofSeconds(1));
            IO.println(arrived ? "the courier has brought: " + to.memory().getString(0) : "the courier got lost");
        }
    }
}
