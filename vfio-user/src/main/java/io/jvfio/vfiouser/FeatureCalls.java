// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Feature;
import io.jvfio.vfiouser.protocol.ProtocolException;
import java.util.Optional;
import java.util.Set;

/** Feature requests by messages, with the payloads of {@code include/uapi/linux/vfio.h}. Threads: stateless. */
final class FeatureCalls {
    /** How servers say that they do not have a feature, or any. */
    private static final Set<Integer> ABSENT = Set.of(Errno.EINVAL, Errno.ENOTTY, Errno.ENOSYS, Errno.EOPNOTSUPP);

    private FeatureCalls() {}

    /** Runs the request; empty if the device does not have the feature. */
    static <R> Optional<R> ask(ServerConnection connection, DeviceFeature<R> request) {
        int number = request.number();
        DeviceFeature.Direction direction = request.direction();
        int size = request.size();
        DeviceFeature.require(number, direction, size);
        int flags = direction.flags() | number;
        boolean taken = direction == DeviceFeature.Direction.SET;
        try {
            return Optional.of(connection.call(
                    Command.DEVICE_FEATURE,
                    (message, id) -> {
                        Feature.begin(message, id, flags, taken ? size : 0, size);
                        if (taken) {
                            request.encode(message.payload(Feature.SIZE, size));
                        }
                    },
                    ServerConnection.NO_FDS,
                    reply -> {
                        int answer = direction == DeviceFeature.Direction.GET ? size : 0;
                        Feature.checkReply(reply, flags, answer);
                        return request.decode(reply.payload(Feature.SIZE, answer));
                    },
                    "feature " + number + " of " + connection.name()));
        } catch (ProtocolException e) {
            throw e;
        } catch (VfioException e) {
            if (ABSENT.contains(e.errno())) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
