// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.mmio.Layouts;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Feature;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.ProtocolException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** Feature requests by messages, with the payloads of {@code include/uapi/linux/vfio.h}. Threads: stateless. */
final class FeatureCalls {
    /** How servers say that they do not have a feature, or any. */
    private static final Set<Integer> ABSENT = Set.of(Errno.EINVAL, Errno.ENOTTY, Errno.ENOSYS, Errno.EOPNOTSUPP);

    private static final int UUID_BYTES = 16;

    private final ServerConnection connection;

    private FeatureCalls(ServerConnection connection) {
        this.connection = connection;
    }

    /** Runs the request; empty if the device does not have the feature. */
    @SuppressWarnings("unchecked") // each case answers with the type that its record declares
    static <R> Optional<R> ask(ServerConnection connection, DeviceFeature<R> request) {
        FeatureCalls features = new FeatureCalls(connection);
        return (Optional<R>)
                switch (request) {
                    case DeviceFeature.Probe probe -> features.probe(probe.number());
                    case DeviceFeature.VfToken token ->
                        features.set(token.number(), UUID_BYTES, message -> fill(message, token.token()));
                    case DeviceFeature.LowPowerEntry entry -> features.set(entry.number(), 0, message -> {});
                    case DeviceFeature.LowPowerExit exit -> features.set(exit.number(), 0, message -> {});
                    case DeviceFeature.BusMaster master ->
                        features.set(
                                master.number(),
                                Integer.BYTES,
                                message -> message.set32(Feature.SIZE, master.on() ? 1 : 0));
                };
    }

    /** A token is 16 bytes in the order in which it is written. */
    private static void fill(Message message, UUID token) {
        message.payload(Feature.SIZE, UUID_BYTES).set(Layouts.BE_LONG, 0, token.getMostSignificantBits());
        message.payload(Feature.SIZE, UUID_BYTES).set(Layouts.BE_LONG, Long.BYTES, token.getLeastSignificantBits());
    }

    private Optional<DeviceFeature.Support> probe(int number) {
        boolean get = run(Feature.PROBE | Feature.GET | number, 0, message -> {});
        boolean set = run(Feature.PROBE | Feature.SET | number, 0, message -> {});
        return get || set ? Optional.of(new DeviceFeature.Support(get, set)) : Optional.empty();
    }

    private Optional<DeviceFeature.Done> set(int number, int data, Consumer<Message> fill) {
        return run(Feature.SET | number, data, fill) ? Optional.of(DeviceFeature.Done.DONE) : Optional.empty();
    }

    /** Runs one request; false if the device does not have the feature. */
    private boolean run(int flags, int data, Consumer<Message> fill) {
        try {
            return connection.call(
                    Command.DEVICE_FEATURE,
                    (message, id) -> {
                        Feature.begin(message, id, flags, data, data);
                        fill.accept(message);
                    },
                    ServerConnection.NO_FDS,
                    reply -> {
                        Feature.checkReply(reply, flags, 0);
                        return true;
                    },
                    "feature " + (flags & 0xffff) + " of " + connection.name());
        } catch (ProtocolException e) {
            throw e;
        } catch (VfioException e) {
            if (ABSENT.contains(e.errno())) {
                return false;
            }
            throw e;
        }
    }
}
