// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.uapi.VfioDeviceFeature;
import io.jvfio.internal.uapi.VfioDeviceFeatureBusMaster;
import io.jvfio.vfiouser.protocol.Feature;
import io.jvfio.vfiouser.protocol.Message;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Optional features of the device, as far as a client can use them from afar: power and bus mastering. What is listed here
 * is let through, in its direction and with exactly its bytes, which are plain values; every other number is answered as
 * one that the device does not have, whoever the client is. The token of virtual functions is the host's affair.
 *
 * <p>Threads: one at a time.
 */
final class FeatureCommands {
    /** What a client may set, by number: how the request is made of its bytes. */
    private static final Map<Integer, Settable> SETTABLE = Stream.of(
                    new Settable(new DeviceFeature.LowPowerEntry(), data -> new DeviceFeature.LowPowerEntry()),
                    new Settable(new DeviceFeature.LowPowerExit(), data -> new DeviceFeature.LowPowerExit()),
                    new Settable(
                            new DeviceFeature.BusMaster(false),
                            data -> new DeviceFeature.BusMaster(
                                    VfioDeviceFeatureBusMaster.STRUCT.read(data).op()
                                            != VfioDeviceFeatureBusMaster.VFIO_DEVICE_FEATURE_CLEAR_MASTER)))
            .collect(Collectors.toUnmodifiableMap(each -> each.number, each -> each));

    private final VfioDevice device;
    private boolean lowPower;

    FeatureCommands(VfioDevice device) {
        this.device = device;
    }

    private record Settable(int number, int size, Function<MemorySegment, DeviceFeature.Setting> reader) {
        Settable(DeviceFeature.Setting like, Function<MemorySegment, DeviceFeature.Setting> reader) {
            this(like.number(), like.size(), reader);
        }
    }

    /** Whether the client has let the device sleep. */
    boolean lowPower() {
        return lowPower;
    }

    void run(Message command, Message reply) {
        Feature.check(command);
        int flags = Feature.flags(command);
        Settable known = SETTABLE.get(Feature.number(command));
        if (known == null || (flags & VfioDeviceFeature.VFIO_DEVICE_FEATURE_GET) != 0) {
            throw absent(command); // none of these can be read
        }
        Optional<DeviceFeature.Done> done = (flags & VfioDeviceFeature.VFIO_DEVICE_FEATURE_PROBE) != 0
                ? device.feature(new DeviceFeature.Probe(known.number, DeviceFeature.Direction.PROBE_SET))
                : set(known, command);
        if (done.isEmpty()) {
            throw absent(command);
        }
        int data = command.payloadSize() - Feature.SIZE;
        Feature.beginReply(reply, command, data);
        MemorySegment.copy(command.payload(Feature.SIZE, data), 0, reply.payload(Feature.SIZE, data), 0, data);
    }

    private Optional<DeviceFeature.Done> set(Settable known, Message command) {
        if (command.payloadSize() != Feature.SIZE + known.size) {
            throw absent(command);
        }
        DeviceFeature.Setting request = known.reader.apply(command.payload(Feature.SIZE, known.size));
        Optional<DeviceFeature.Done> done = device.feature(request);
        if (request instanceof DeviceFeature.LowPowerEntry) {
            lowPower |= done.isPresent();
        } else if (request instanceof DeviceFeature.LowPowerExit) {
            lowPower = false;
        }
        return done;
    }

    private static VfioException absent(Message command) {
        return new VfioException(
                command.name(), Errno.ENOTTY, "feature " + Feature.number(command), "the device does not have it");
    }
}
