// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.Objects;
import java.util.UUID;

/**
 * A request for an optional feature of a device ({@code VFIO_DEVICE_FEATURE}), typed by its answer. Each carrier encodes
 * it in its own way.
 *
 * <p>Threads: immutable.
 *
 * @param <R> the answer
 */
public sealed interface DeviceFeature<R> {

    /** The feature's number, {@code VFIO_DEVICE_FEATURE_*}. */
    int number();

    /**
     * Whether a feature is there, and in which direction.
     *
     * @param number the feature's number, 0 to 0xffff
     */
    record Probe(int number) implements DeviceFeature<Support> {}

    /**
     * The directions in which a feature can be used.
     *
     * @param get whether it can be read
     * @param set whether it can be set
     */
    record Support(boolean get, boolean set) {}

    /** The answer of a request that only does something. */
    enum Done {
        /** It was done. */
        DONE
    }

    /**
     * Sets the token that VFs of this PF must show to be opened ({@code VFIO_DEVICE_FEATURE_PCI_VF_TOKEN}).
     *
     * @param token the secret
     */
    record VfToken(UUID token) implements DeviceFeature<Done> {
        /** Refuses null. */
        public VfToken {
            Objects.requireNonNull(token, "token");
        }

        @Override
        public int number() {
            return 0;
        }
    }

    /** Lets the kernel put the idle device into a low-power state ({@code VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY}). */
    record LowPowerEntry() implements DeviceFeature<Done> {
        @Override
        public int number() {
            return 3;
        }
    }

    /** Ends {@link LowPowerEntry} ({@code VFIO_DEVICE_FEATURE_LOW_POWER_EXIT}). */
    record LowPowerExit() implements DeviceFeature<Done> {
        @Override
        public int number() {
            return 5;
        }
    }

    /**
     * Turns bus mastering on or off on buses without config space ({@code VFIO_DEVICE_FEATURE_BUS_MASTER}).
     *
     * @param on whether the device may start DMA
     */
    record BusMaster(boolean on) implements DeviceFeature<Done> {
        @Override
        public int number() {
            return 10;
        }
    }
}
