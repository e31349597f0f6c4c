// SPDX-License-Identifier: Apache-2.0
package com.example.faults;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.Setting;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.FaultSweep;
import io.jvfio.testkit.FaultySystemCalls;

/** Checks that whichever system call fails, nothing is left behind. */
public final class Sweep {
    private Sweep() {}

    /**
     * Sweeps.
     *
     * @param args none
     */
    public static void main(String[] args) {
        FaultySystemCalls calls = FaultySystemCalls.linux();
        session(calls.setting());

        int swept = FaultSweep.everyCallFails(Errno.ENOMEM, Sweep::session);
        if (swept < calls.calls().size() / 2) {
            throw new AssertionError("only " + swept + " of " + calls.calls());
        }
        IO.println("each of " + swept + " calls failed, and nothing was left");
    }

    private static void session(Setting faults) {
        try (Vfio vfio = Vfio.create(faults);
                PciDevice edu = vfio.openPci(DeviceLocator.parse("model:edu"), OpenOptions.defaults());
                DmaBuffer buffer = edu.dma().allocate(4096);
                Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            edu.bar(0).mmio().write32(0x04, (int) buffer.size());
            msi.trigger(0);
        }
    }
}
