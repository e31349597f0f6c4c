// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE;
import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_GET;
import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_ZPCI_ERROR;

import io.jvfio.Errno;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioPci;
import io.jvfio.device.ZpciErrors;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.VfioDeviceFeature;
import io.jvfio.internal.uapi.VfioDeviceFeatureZpciErr;
import io.jvfio.internal.uapi.VfioDeviceInfoCapZpciBase;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** The error records that the kernel keeps for a device. Threads: thread-safe. */
final class KernelZpciErrors implements ZpciErrors {
    /** The first version of the capability that tells how long a record is. */
    private static final int WITH_LENGTH = 3;

    /** A length that no record comes near. */
    private static final int LONGEST = 4096;

    private final Descriptor device;
    private final int length;
    private final String name;

    private KernelZpciErrors(Descriptor device, int length, String name) {
        this.device = device;
        this.length = length;
        this.name = name;
    }

    /** Those of a device; empty if it is no zPCI function, or the kernel keeps none. */
    static Optional<ZpciErrors> of(Descriptor device, DeviceInfo info, String name) {
        Optional<InfoCapability> base = info.capability(VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_BASE);
        DeviceFeature.Probe probe =
                new DeviceFeature.Probe(VFIO_DEVICE_FEATURE_ZPCI_ERROR, DeviceFeature.Direction.PROBE_GET);
        return base.isPresent() && Features.ask(device, probe, name).isPresent()
                ? Optional.of(new KernelZpciErrors(device, length(base.get()), name))
                : Optional.empty();
    }

    /** As long as the kernel says, but never shorter than what it writes without a look at the length. */
    private static int length(InfoCapability base) {
        MemorySegment bytes = base.data();
        boolean told = base.version() >= WITH_LENGTH && bytes.byteSize() >= VfioDeviceInfoCapZpciBase.STRUCT.byteSize();
        return told
                ? Math.clamp(VfioDeviceInfoCapZpciBase.STRUCT.read(bytes).ccdfErrLength(), SMALLEST, LONGEST)
                : SMALLEST;
    }

    @Override
    public Optional<byte[]> next() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(length, Long.BYTES);
            MemorySegment argument = arena.allocate(
                    VfioDeviceFeature.DATA.structSize(VfioDeviceFeatureZpciErr.STRUCT.byteSize()), Long.BYTES);
            VfioDeviceFeature.STRUCT.fill(
                    argument, new VfioDeviceFeature(VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_ZPCI_ERROR));
            VfioDeviceFeatureZpciErr.STRUCT.fill(
                    VfioDeviceFeature.DATA.tail(argument), new VfioDeviceFeatureZpciErr(bytes.address()));
            int result = device.ioctl(VFIO_DEVICE_FEATURE.request(), argument);
            if (result == -Errno.ENOMSG) {
                return Optional.empty();
            }
            Ioctls.check(result, VFIO_DEVICE_FEATURE.name(), "error record of " + name);
            return Optional.of(bytes.toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
