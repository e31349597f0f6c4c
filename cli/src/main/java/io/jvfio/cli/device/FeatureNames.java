// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.VfioDevice;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The optional features of VFIO devices, by name. Source: {@code VFIO_DEVICE_FEATURE_*} of linux/vfio.h.
 *
 * <p>Threads: constants.
 */
final class FeatureNames {
    /** By number. */
    private static final List<String> NAMES = List.of(
            "VF token",
            "migration",
            "migration state",
            "low power",
            "low power with wakeup",
            "low power exit",
            "DMA logging start",
            "DMA logging stop",
            "DMA logging report",
            "migration data size",
            "bus master",
            "dma-buf",
            "migration pre-copy",
            "zPCI errors");

    private FeatureNames() {}

    /** Those that a device has, asked one by one. */
    static List<String> of(VfioDevice device) {
        return IntStream.range(0, NAMES.size())
                .filter(number -> has(device, number))
                .mapToObj(NAMES::get)
                .toList();
    }

    /** A device that refuses the question does not have the feature. */
    private static boolean has(VfioDevice device, int number) {
        try {
            return DeviceFeature.Probe.any(device, number);
        } catch (VfioException e) {
            return false;
        }
    }
}
