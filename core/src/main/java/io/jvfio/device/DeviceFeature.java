// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.UUID;

/**
 * A request for an optional feature of a device ({@code VFIO_DEVICE_FEATURE}), typed by its answer. The request owns its
 * number, its direction and its bytes; carriers move the bytes and know no feature, so whoever needs another one
 * implements this interface.
 *
 * <p>What is moved are plain values. Features whose bytes hold an address or a descriptor are abilities of a device
 * instead ({@link VfioDevice#ability}), which make these bytes themselves; {@link #require} refuses their numbers. A number
 * that jvfio does not know goes through to a device that this process has opened: what the kernel does with its bytes is
 * the caller's affair, and exempt from "the JVM never crashes". A server lets none of them through.
 *
 * <p>Threads: implementations are immutable.
 *
 * @param <R> the answer
 */
public interface DeviceFeature<R> {

    /** Which way the bytes go. */
    enum Direction {
        /** The device fills them. */
        GET(0x1_0000),
        /** The device takes them. */
        SET(0x2_0000),
        /** None go; whether {@link #GET} would be possible. */
        PROBE_GET(0x5_0000),
        /** None go; whether {@link #SET} would be possible. */
        PROBE_SET(0x6_0000);

        private final int flags;

        Direction(int flags) {
            this.flags = flags;
        }

        /** {@code VFIO_DEVICE_FEATURE_GET}, {@code _SET} and {@code _PROBE}. */
        public int flags() {
            return flags;
        }

        /** Whether nothing is done but to answer. */
        public boolean isProbe() {
            return this == PROBE_GET || this == PROBE_SET;
        }
    }

    /** The most bytes that a request may have. */
    int LARGEST = 1 << 16;

    /** The feature's number, {@code VFIO_DEVICE_FEATURE_*}, 0 to 0xffff; always the same. */
    int number();

    /** Which way the bytes go; always the same. */
    Direction direction();

    /** How many bytes it has, 0 to {@link #LARGEST}; always the same. */
    default int size() {
        return 0;
    }

    /**
     * Writes the bytes that the device takes.
     *
     * @param payload {@link #size} zeroed bytes, in the machine's byte order, gone after the call
     */
    default void encode(MemorySegment payload) {
        Objects.requireNonNull(payload, "payload");
    }

    /**
     * Reads the answer. Called only if the device has the feature.
     *
     * @param payload {@link #size} bytes, as the device left them, gone after the call
     */
    R decode(MemorySegment payload);

    /**
     * Checks a request before it is made.
     *
     * @throws IllegalArgumentException if its number or size is not as said, or its bytes would hold an address or a
     *     descriptor; the message names the ability to use
     */
    static void require(int number, Direction direction, int size) {
        Objects.requireNonNull(direction, "direction");
        if (number < 0 || number > 0xffff || size < 0 || size > LARGEST || direction.isProbe() && size != 0) {
            throw new IllegalArgumentException(
                    "a request of " + size + " bytes, " + direction + ", for feature " + Hex.of(number));
        }
        String ability = direction.isProbe()
                ? null
                : switch (number) {
                    case 2 -> "Migration";
                    case 4 -> "LowPowerWakeup";
                    case 6, 8 -> "DirtyLog";
                    case 11 -> "DmaBufExport";
                    case 13 -> "ZpciErrors";
                    default -> null;
                };
        if (ability != null) {
            throw new IllegalArgumentException("the bytes of feature " + number
                    + " hold an address or a descriptor; it is had by the device's ability " + ability + ", if at all");
        }
    }

    /** The answer of a request that only does something, or asks whether it could. */
    enum Done {
        /** It was done, or could be. */
        DONE
    }

    /**
     * Asks whether a feature is there, in one direction.
     *
     * @param number the feature's number
     * @param direction one of those that only answer
     */
    record Probe(int number, Direction direction) implements DeviceFeature<Done> {
        /** Refuses a direction that moves bytes. */
        public Probe {
            if (!direction.isProbe()) {
                throw new IllegalArgumentException(direction + " does more than to ask");
            }
        }

        /** Whether a device has the feature, in any direction. */
        public static boolean any(VfioDevice device, int number) {
            return device.feature(new Probe(number, Direction.PROBE_GET)).isPresent()
                    || device.feature(new Probe(number, Direction.PROBE_SET)).isPresent();
        }

        @Override
        public Done decode(MemorySegment payload) {
            Objects.requireNonNull(payload, "payload");
            return Done.DONE;
        }
    }

    /** A request that sets something. */
    interface Setting extends DeviceFeature<Done> {
        @Override
        default Direction direction() {
            return Direction.SET;
        }

        @Override
        default Done decode(MemorySegment payload) {
            Objects.requireNonNull(payload, "payload");
            return Done.DONE;
        }
    }

    /**
     * Sets the token that VFs of this PF must show to be opened ({@code VFIO_DEVICE_FEATURE_PCI_VF_TOKEN}).
     *
     * @param token the secret
     */
    record VfToken(UUID token) implements Setting {
        private static final ValueLayout.OfLong BIG_ENDIAN =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

        /** Refuses null. */
        public VfToken {
            Objects.requireNonNull(token, "token");
        }

        @Override
        public int number() {
            return 0;
        }

        @Override
        public int size() {
            return 2 * Long.BYTES;
        }

        /** 16 bytes in the order in which a UUID is written. */
        @Override
        public void encode(MemorySegment payload) {
            payload.set(BIG_ENDIAN, 0, token.getMostSignificantBits());
            payload.set(BIG_ENDIAN, Long.BYTES, token.getLeastSignificantBits());
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "VfToken";
        }
    }

    /** Lets the kernel put the idle device into a low-power state ({@code VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY}). */
    record LowPowerEntry() implements Setting {
        @Override
        public int number() {
            return 3;
        }
    }

    /** Ends {@link LowPowerEntry} ({@code VFIO_DEVICE_FEATURE_LOW_POWER_EXIT}). */
    record LowPowerExit() implements Setting {
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
    record BusMaster(boolean on) implements Setting {
        private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

        @Override
        public int number() {
            return 10;
        }

        @Override
        public int size() {
            return Integer.BYTES;
        }

        @Override
        public void encode(MemorySegment payload) {
            payload.set(WORD, 0, on ? 1 : 0);
        }
    }
}
