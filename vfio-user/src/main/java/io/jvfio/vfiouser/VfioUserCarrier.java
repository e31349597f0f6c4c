// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.CarrierProvider;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.device.OpenOptions.ResetOnOpen;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import java.util.Set;

/**
 * Opens {@code vfio-user:/path.sock}. One instance serves one context, whose devices can share address spaces.
 *
 * <p>Threads: thread-safe.
 */
public final class VfioUserCarrier implements CarrierProvider {
    private static final String SCHEME = "vfio-user";

    /** For {@link java.util.ServiceLoader}. */
    public VfioUserCarrier() {}

    @Override
    public Set<String> schemes() {
        return Set.of(SCHEME);
    }

    @Override
    public VfioDevice open(CarrierContext context, DeviceLocator locator, OpenOptions options) {
        checkScheme(locator);
        if (options.iommu() != IommuChoice.AUTO) {
            throw new IllegalArgumentException(
                    locator + " is not behind an IOMMU of this kernel; " + options.iommu() + " cannot be had");
        }
        AddressSpace given = options.addressSpace();
        if (given != null) {
            if (!(given instanceof VfioUserAddressSpace shared)
                    || !shared.context().equals(this)) {
                throw new IllegalArgumentException(
                        given.description() + " is no vfio-user address space of this context");
            }
            return open(context, locator, options, shared);
        }
        VfioUserAddressSpace own = new VfioUserAddressSpace(this);
        try {
            return open(context, locator, options, own);
        } catch (RuntimeException e) {
            throw Closing.after(e, own);
        }
    }

    private static VfioDevice open(
            CarrierContext context, DeviceLocator locator, OpenOptions options, VfioUserAddressSpace space) {
        VfioUserDevice device = VfioUserDevice.open(new VfioUserDevice.Setup(
                context.systemCalls(),
                locator.target(),
                VfioUserLimits.defaults(),
                space,
                options.addressSpace() == null));
        if (options.resetOnOpen() == ResetOnOpen.REQUIRED) {
            try {
                device.reset();
            } catch (RuntimeException e) {
                throw Closing.after(e, device);
            }
        }
        return device;
    }

    @Override
    public AddressSpace addressSpace(CarrierContext context, DeviceLocator like, OpenOptions options) {
        checkScheme(like);
        return new VfioUserAddressSpace(this);
    }

    private void checkScheme(DeviceLocator locator) {
        if (!schemes().contains(locator.scheme())) {
            throw new IllegalArgumentException(locator + " is no vfio-user device");
        }
    }
}
