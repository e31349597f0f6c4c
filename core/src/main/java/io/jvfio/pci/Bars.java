// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.device.RegionInfo;
import io.jvfio.pci.config.PciRegisters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The BARs of a device, made when they are first asked for. Threads: thread-safe. */
final class Bars {
    private final PciDevice device;
    private final ConfigSpace config;
    private final Windows windows;
    private final int pageSize;
    private final AtomicReferenceArray<@Nullable Bar> known = new AtomicReferenceArray<>(PciRegisters.BAR_COUNT);

    Bars(PciDevice device, ConfigSpace config, Windows windows, int pageSize) {
        this.device = device;
        this.config = config;
        this.windows = windows;
        this.pageSize = pageSize;
    }

    /**
     * One of them.
     *
     * @throws IndexOutOfBoundsException if there can be no such BAR
     * @throws IllegalArgumentException if the device does not have it
     */
    Bar get(int index) {
        if (index < 0 || index >= PciRegisters.BAR_COUNT) {
            throw new IndexOutOfBoundsException("BAR " + index + " is not in 0.." + (PciRegisters.BAR_COUNT - 1));
        }
        Bar bar = find(index);
        if (bar != null) {
            return bar;
        }
        Bar lower = index == 0 ? null : find(index - 1);
        throw new IllegalArgumentException(
                lower != null && lower.is64Bit()
                        ? device.name() + " BAR " + index + " is the upper half of 64-bit BAR " + (index - 1)
                        : device.name() + " has no BAR " + index);
    }

    /** Those that the device has, in the order of their numbers. */
    List<Bar> all() {
        List<Bar> present = new ArrayList<>();
        for (int index = 0; index < PciRegisters.BAR_COUNT; index++) {
            Bar bar = find(index);
            if (bar != null) {
                present.add(bar);
            }
        }
        return List.copyOf(present);
    }

    private @Nullable Bar find(int index) {
        Bar bar = known.get(index);
        if (bar != null) {
            return bar;
        }
        RegionInfo info = device.device().region(index);
        if (!info.exists()) {
            return null;
        }
        int flags = config.read32(PciRegisters.BAR0 + Integer.BYTES * index);
        Bar made = new Bar(device, info, flags, windows, pageSize);
        return known.compareAndSet(index, null, made) ? made : known.get(index);
    }
}
