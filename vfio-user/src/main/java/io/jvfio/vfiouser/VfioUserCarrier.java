// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.CarrierProvider;
import io.jvfio.carrier.RegistrySpace;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import java.util.Map;

/**
 * Opens {@code vfio-user:/path.sock}, and {@code vfio-user:/path.sock?trust=server}, which shares memory with the server that
 * it can make to fault ({@link VfioUserLimits#trustServer}). One instance serves one context, whose devices can share address spaces.
 *
 * <p>Threads: thread-safe.
 */
public final class VfioUserCarrier implements CarrierProvider {
    private static final String SCHEME = "vfio-user";
    private static final String TRUST = "?trust=server";

    /** For {@link java.util.ServiceLoader}. */
    public VfioUserCarrier() {}

    @Override
    public Map<String, String> schemes() {
        return Map.of(SCHEME, "SOCKET[?trust=server]: a device that another process serves");
    }

    @Override
    public VfioDevice open(CarrierContext context, DeviceLocator locator, OpenOptions options) {
        checkScheme(locator);
        if (options.iommu() != IommuChoice.AUTO) {
            throw new IllegalArgumentException(
                    locator + " is not behind an IOMMU of this kernel; " + options.iommu() + " cannot be had");
        }
        Target target = Target.of(locator);
        return RegistrySpace.open(
                options.addressSpace(),
                this::own,
                () -> new VfioUserAddressSpace(this),
                (space, owned) -> VfioUserDevice.open(
                        new VfioUserDevice.Setup(context, target.path(), target.limits(), space, owned)));
    }

    /** What the text after the scheme says; a question mark is no part of a path here. */
    private record Target(String path, VfioUserLimits limits) {
        static Target of(DeviceLocator locator) {
            String text = locator.target();
            int mark = text.indexOf('?');
            if (mark < 0) {
                return new Target(text, VfioUserLimits.defaults());
            }
            if (!text.substring(mark).equals(TRUST)) {
                throw new IllegalArgumentException(locator + ": after the path comes nothing, or " + TRUST);
            }
            return new Target(text.substring(0, mark), VfioUserLimits.defaults().withTrustServer(true));
        }
    }

    private VfioUserAddressSpace own(AddressSpace given) {
        if (given instanceof VfioUserAddressSpace shared && shared.context().equals(this)) {
            return shared;
        }
        throw new IllegalArgumentException(given.description() + " is no vfio-user address space of this context");
    }

    @Override
    public AddressSpace addressSpace(CarrierContext context, DeviceLocator like, OpenOptions options) {
        checkScheme(like);
        return new VfioUserAddressSpace(this);
    }

    private void checkScheme(DeviceLocator locator) {
        if (!locator.scheme().equals(SCHEME)) {
            throw new IllegalArgumentException(locator + " is no vfio-user device");
        }
    }
}
