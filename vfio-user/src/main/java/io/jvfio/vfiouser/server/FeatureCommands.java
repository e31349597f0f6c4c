// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.protocol.Feature;
import io.jvfio.vfiouser.protocol.Message;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Optional features of the device, as far as a client can use them from afar: power and bus mastering. The token of
 * virtual functions is the host's affair.
 *
 * <p>Threads: one at a time.
 */
final class FeatureCommands {
    private static final int LOW_POWER_ENTRY = new DeviceFeature.LowPowerEntry().number();
    private static final int LOW_POWER_EXIT = new DeviceFeature.LowPowerExit().number();
    private static final int BUS_MASTER = new DeviceFeature.BusMaster(false).number();

    private final VfioDevice device;
    private boolean lowPower;

    FeatureCommands(VfioDevice device) {
        this.device = device;
    }

    /** Whether the client has let the device sleep. */
    boolean lowPower() {
        return lowPower;
    }

    void run(Message command, Message reply) {
        Feature.check(command);
        int flags = Feature.flags(command);
        if ((flags & Feature.PROBE) != 0) {
            probe(command, flags);
        } else if ((flags & Feature.SET) != 0) {
            set(command);
        } else {
            throw absent(command); // none of these can be read
        }
        int data = command.payloadSize() - Feature.SIZE;
        Feature.beginReply(reply, command, data);
        MemorySegment.copy(command.payload(Feature.SIZE, data), 0, reply.payload(Feature.SIZE, data), 0, data);
    }

    private void probe(Message command, int flags) {
        int number = Feature.number(command);
        boolean known = number == LOW_POWER_ENTRY || number == LOW_POWER_EXIT || number == BUS_MASTER;
        Optional<DeviceFeature.Support> support =
                known ? device.feature(new DeviceFeature.Probe(number)) : Optional.empty();
        if (support.isEmpty()
                || (flags & Feature.GET) != 0 && !support.get().get()
                || (flags & Feature.SET) != 0 && !support.get().set()) {
            throw absent(command);
        }
    }

    private void set(Message command) {
        int number = Feature.number(command);
        Optional<DeviceFeature.Done> done;
        if (number == LOW_POWER_ENTRY) {
            done = device.feature(new DeviceFeature.LowPowerEntry());
            lowPower |= done.isPresent();
        } else if (number == LOW_POWER_EXIT) {
            done = device.feature(new DeviceFeature.LowPowerExit());
            lowPower = false;
        } else if (number == BUS_MASTER) {
            command.require(Feature.SIZE + Integer.BYTES);
            done = device.feature(new DeviceFeature.BusMaster(command.u32(Feature.SIZE) != 0));
        } else {
            done = Optional.empty();
        }
        if (done.isEmpty()) {
            throw absent(command);
        }
    }

    private static VfioException absent(Message command) {
        return new VfioException(
                command.name(), Errno.ENOTTY, "feature " + Feature.number(command), "the device does not have it");
    }
}
