// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.RegionArea;
import io.jvfio.internal.sys.CallsSetting;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.pci.config.PciRegisters;

/** A fake device, what a context has, and the {@link PciDevice} on top. */
public final class PciFixture implements AutoCloseable {
    public static final String NAME = "0000:01:00.0";
    static final int PM = 0x40;
    static final int MSI = 0x50;
    static final int MSIX = 0x60;

    final SystemCalls calls = SystemCalls.linux();
    final CarrierContext context;
    public final FakeDevice fake;

    /** A device with power management, MSI and MSI-X, and all kinds of notices; BARs are the test's to add. */
    public PciFixture() {
        this(CarrierContext.of(new CallsSetting(SystemCalls.linux())));
    }

    PciFixture(CarrierContext context) {
        this.context = context;
        this.fake = new FakeDevice(calls, context);
        fake.config
                .put(PciRegisters.STATUS, 2, PciRegisters.STATUS_CAPABILITIES)
                .put(PciRegisters.CAPABILITIES, 1, PM);
        fake.config.capability(PM, PciRegisters.CAP_POWER, MSI).put(PM + 2, 2, PciRegisters.POWER_D2_SUPPORT);
        fake.config.capability(MSI, PciRegisters.CAP_MSI, MSIX).capability(MSIX, PciRegisters.CAP_MSIX, 0);
        fake.vectors.put(0, 1);
        fake.vectors.put(1, 4);
        fake.vectors.put(2, 8);
        fake.vectors.put(3, 1);
        fake.vectors.put(4, 1);
    }

    public PciDevice open() {
        return open(NAME);
    }

    public PciDevice open(String name) {
        fake.watch();
        return PciDevice.of(fake, name, context, () -> {});
    }

    /** All of a BAR can be mapped. */
    static RegionArea all(long size) {
        return new RegionArea(0, size);
    }

    @Override
    public void close() {
        fake.closeFailure = null;
        fake.errno = 0;
        fake.close();
        context.dispatcher().close();
    }
}
