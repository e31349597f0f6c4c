// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE;

import io.jvfio.Errno;
import io.jvfio.device.DeviceFeature;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.VfioDeviceFeature;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Feature requests as the kernel takes them. Threads: stateless. */
final class Features {
    private Features() {}

    /** Runs the request; empty if the device does not have the feature. */
    static <R> Optional<R> ask(Descriptor device, DeviceFeature<R> request, String name) {
        int number = request.number();
        DeviceFeature.Direction direction = request.direction();
        int size = request.size();
        DeviceFeature.require(number, direction, size);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(VfioDeviceFeature.DATA.structSize(size), Long.BYTES);
            VfioDeviceFeature.STRUCT.fill(argument, new VfioDeviceFeature(direction.flags() | number));
            MemorySegment payload = VfioDeviceFeature.DATA.tail(argument);
            if (direction == DeviceFeature.Direction.SET) {
                request.encode(payload);
            }
            int result = device.ioctl(VFIO_DEVICE_FEATURE.request(), argument);
            if (result == -Errno.ENOTTY || direction.isProbe() && result == -Errno.EINVAL) {
                return Optional.empty();
            }
            Ioctls.check(result, VFIO_DEVICE_FEATURE.name(), "feature " + number + " of " + name);
            return Optional.of(request.decode(payload));
        }
    }
}
