// SPDX-License-Identifier: Apache-2.0
package com.example.carrier;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.CarrierProvider;
import io.jvfio.carrier.RegistrySpace;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import java.util.Map;

/**
 * Opens devices of plain memory by locators of the form {@code memory:BYTES}.
 *
 * <p>Threads: thread-safe.
 */
public final class MemoryCarrier implements CarrierProvider {
    private static final long SMALLEST = 1 << 12;
    private static final long LARGEST = 1 << 30;

    /** For {@link java.util.ServiceLoader}. */
    public MemoryCarrier() {}

    @Override
    public Map<String, String> schemes() {
        return Map.of("memory", "BYTES: a device that is nothing but memory");
    }

    @Override
    public VfioDevice open(CarrierContext context, DeviceLocator locator, OpenOptions options) {
        int size = size(locator);
        return RegistrySpace.open(options.addressSpace(), MemoryCarrier::mine, MemorySpace::new, (space, owned) -> {
            space.join();
            try {
                return new MemoryDevice(locator.toString(), size, space, owned);
            } catch (RuntimeException e) {
                throw Closing.after(e, space::leave);
            }
        });
    }

    @Override
    public AddressSpace addressSpace(CarrierContext context, DeviceLocator like, OpenOptions options) {
        size(like);
        return new MemorySpace();
    }

    private static MemorySpace mine(AddressSpace given) {
        if (given instanceof MemorySpace space) {
            return space;
        }
        throw new IllegalArgumentException(given.description() + " takes no devices of memory");
    }

    private static int size(DeviceLocator locator) {
        String text = locator.target();
        long size = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : 0;
        if (size < SMALLEST || size > LARGEST || Long.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    locator + " has no size: a power of two from " + SMALLEST + " to " + LARGEST);
        }
        return (int) size;
    }
}
