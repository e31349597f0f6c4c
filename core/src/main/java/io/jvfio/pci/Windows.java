// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Closing;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The mapped windows of a device; they live until it is closed. Threads: thread-safe. */
final class Windows implements AutoCloseable {

    private record Window(int region, long start, long length, RegionMapping mapping) {
        boolean covers(int wantedRegion, long wantedStart, long wantedLength) {
            return region == wantedRegion
                    && start <= wantedStart
                    && wantedLength <= length
                    && wantedStart - start <= length - wantedLength;
        }
    }

    private final VfioDevice device;
    private final String name;

    /** Guarded by this. */
    private final List<Window> windows = new ArrayList<>();

    /** Guarded by this. */
    private boolean closed;

    Windows(VfioDevice device, String name) {
        this.device = device;
        this.name = name;
    }

    /**
     * Maps a part of a region, or finds a window that has it.
     *
     * @return a mapping with at least this part, borrowed, or empty if the carrier cannot map it
     * @throws IllegalStateException if the device is closed
     */
    synchronized Optional<RegionMapping> open(int region, long start, long length) {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
        for (Window window : windows) {
            if (window.covers(region, start, length)) {
                return Optional.of(window.mapping);
            }
        }
        Optional<RegionMapping> mapping = device.map(region, start, length);
        mapping.ifPresent(made -> windows.add(new Window(region, start, length, made)));
        return mapping;
    }

    /** Ends all windows, the youngest first, even if one fails. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        Closing steps = new Closing();
        while (!windows.isEmpty()) {
            steps.attempt(windows.removeLast().mapping::close);
        }
        steps.throwFirst();
    }
}
