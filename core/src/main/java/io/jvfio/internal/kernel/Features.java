// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE;
import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_GET;
import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_PROBE;
import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_SET;

import io.jvfio.Errno;
import io.jvfio.device.DeviceFeature;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.VfToken;
import io.jvfio.internal.uapi.VfioDeviceFeature;
import io.jvfio.internal.uapi.VfioDeviceFeatureBusMaster;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;

/** Feature requests as the kernel takes them. Threads: stateless. */
final class Features {
    private final Descriptor device;
    private final String name;

    private Features(Descriptor device, String name) {
        this.device = device;
        this.name = name;
    }

    /** Runs the request; empty if the device does not have the feature. */
    @SuppressWarnings("unchecked") // each case answers with the type that its record declares
    static <R> Optional<R> ask(Descriptor device, DeviceFeature<R> request, String name) {
        Features features = new Features(device, name);
        return (Optional<R>)
                switch (request) {
                    case DeviceFeature.Probe probe -> features.probe(probe.number());
                    case DeviceFeature.VfToken token ->
                        features.set(
                                token.number(),
                                VfToken.BYTES.byteSize(),
                                payload -> VfToken.fill(payload, token.token()));
                    case DeviceFeature.LowPowerEntry entry -> features.set(entry.number(), 0, Features::noPayload);
                    case DeviceFeature.LowPowerExit exit -> features.set(exit.number(), 0, Features::noPayload);
                    case DeviceFeature.BusMaster master ->
                        features.set(
                                master.number(),
                                VfioDeviceFeatureBusMaster.LAYOUT.byteSize(),
                                new VfioDeviceFeatureBusMaster(
                                        master.on()
                                                ? VfioDeviceFeatureBusMaster.VFIO_DEVICE_FEATURE_SET_MASTER
                                                : VfioDeviceFeatureBusMaster.VFIO_DEVICE_FEATURE_CLEAR_MASTER)::fill);
                };
    }

    private Optional<DeviceFeature.Support> probe(int number) {
        boolean get = run(VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_GET | number, 0, Features::noPayload);
        boolean set = run(VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_SET | number, 0, Features::noPayload);
        return get || set ? Optional.of(new DeviceFeature.Support(get, set)) : Optional.empty();
    }

    private Optional<DeviceFeature.Done> set(int number, long payload, Consumer<MemorySegment> fill) {
        return run(VFIO_DEVICE_FEATURE_SET | number, payload, fill)
                ? Optional.of(DeviceFeature.Done.DONE)
                : Optional.empty();
    }

    /** Runs one request; false if the device does not have the feature. */
    private boolean run(int flags, long payload, Consumer<MemorySegment> fill) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(VfioDeviceFeature.DATA.structSize(payload), Long.BYTES);
            new VfioDeviceFeature(flags).fill(argument);
            fill.accept(VfioDeviceFeature.DATA.tail(argument));
            int result = device.ioctl(VFIO_DEVICE_FEATURE.request(), argument);
            boolean probing = (flags & VFIO_DEVICE_FEATURE_PROBE) != 0;
            if (result == -Errno.ENOTTY || probing && result == -Errno.EINVAL) {
                return false;
            }
            Ioctls.check(result, VFIO_DEVICE_FEATURE.name(), "feature " + (flags & 0xffff) + " of " + name);
            return true;
        }
    }

    private static void noPayload(MemorySegment payload) {
        // The request is all there is to say.
    }
}
