// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceFeature.Direction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The optional features of a model.
 *
 * <p>Threads: one at a time while the model is created, thread-safe after that.
 */
final class ModelFeatures {
    private record Key(int number, Direction direction) {}

    private record Handler(int size, Consumer<? super MemorySegment> action) {}

    private final Map<Key, Handler> handlers = new HashMap<>();

    void add(int number, Direction direction, int size, Consumer<? super MemorySegment> action) {
        DeviceFeature.require(number, direction, size);
        Handler handler = new Handler(size, Objects.requireNonNull(action, "action"));
        if (direction.isProbe() || handlers.putIfAbsent(new Key(number, direction), handler) != null) {
            throw new IllegalArgumentException(
                    "feature " + number + " with " + direction + ": a model has GET and SET, each once");
        }
    }

    /** Says that there is a feature of whose bytes the device makes an ability. */
    void announce(int number, Direction direction) {
        handlers.put(new Key(number, direction), new Handler(0, payload -> {}));
    }

    /** Runs a request that has been checked; empty if there is no such feature. */
    <R> Optional<R> ask(DeviceFeature<R> request, String device) {
        Direction direction = request.direction();
        Direction meant = switch (direction) {
            case PROBE_GET -> Direction.GET;
            case PROBE_SET -> Direction.SET;
            case GET, SET -> direction;
        };
        Handler handler = handlers.get(new Key(request.number(), meant));
        if (handler == null) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment payload = arena.allocate(request.size(), Long.BYTES);
            if (!direction.isProbe()) {
                move(request, payload, handler, device);
            }
            return Optional.of(request.decode(payload));
        }
    }

    private static void move(DeviceFeature<?> request, MemorySegment payload, Handler handler, String device) {
        if (payload.byteSize() < handler.size) {
            throw new VfioException(
                    "VFIO_DEVICE_FEATURE",
                    Errno.EINVAL,
                    "feature " + request.number() + " of " + device,
                    "it has " + handler.size + " bytes, and the request " + payload.byteSize());
        }
        if (request.direction() == Direction.SET) {
            request.encode(payload);
        }
        handler.action.accept(payload.asSlice(0, handler.size));
    }
}
