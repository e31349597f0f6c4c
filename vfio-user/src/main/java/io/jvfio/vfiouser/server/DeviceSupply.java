// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.VfioDevice;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The device that is served, and where another comes from when a client has left something in it that no reset takes away:
 * the next client gets a device as after power-on, or none.
 *
 * <p>Threads: one at a time.
 */
final class DeviceSupply implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** How long the predecessor's process may take to let go of what it shares with the device. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** How long a device that is given up may take to close. */
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private static final long PAUSE_NANOS = 20_000_000;

    private final @Nullable Supplier<? extends VfioDevice> source;
    private final boolean trustClient;
    private ServedDevice served;

    /** Why the device cannot be handed on; empty if it can. */
    private List<String> faults = List.of();

    /** Why there is no device to hand on any more, or null while there is one. */
    private @Nullable String failure;

    private volatile Runnable endClient = () -> {};

    private DeviceSupply(@Nullable Supplier<? extends VfioDevice> source, VfioDevice first, boolean trustClient) {
        this.source = source;
        this.trustClient = trustClient;
        this.served = new ServedDevice(first, trustClient, this::heldUp);
    }

    /** One device, which somebody else owns and closes. */
    static DeviceSupply of(VfioDevice borrowed, boolean trustClient) {
        return new DeviceSupply(null, Objects.requireNonNull(borrowed, "device"), trustClient);
    }

    /** Opens a device, and again where that is needed. */
    static DeviceSupply from(Supplier<? extends VfioDevice> source, boolean trustClient) {
        Objects.requireNonNull(source, "source");
        return new DeviceSupply(source, Objects.requireNonNull(source.get(), "device"), trustClient);
    }

    /** What to do when a client holds up the device by an eventfd that both share; must not wait. */
    void endClientBy(Runnable end) {
        endClient = end;
    }

    private void heldUp() {
        endClient.run();
    }

    /** The device of now. */
    ServedDevice served() {
        return served;
    }

    /** Takes down what a client has left in the device. */
    void left(List<String> reasons) {
        faults = List.copyOf(reasons);
    }

    /** Looks whether the device is still there, for which it has to be at rest. */
    void look() {
        if (faults.isEmpty() && !served.isPresent()) {
            faults = List.of(ServedDevice.GONE);
        }
    }

    /** Why the device cannot be handed on, in one line, or null if it can. */
    @Nullable String fault() {
        return faults.isEmpty() ? null : String.join("; ", faults);
    }

    /** Why nothing can be served any more, or null. */
    @Nullable String failure() {
        return failure;
    }

    /**
     * Opens the device anew, in the place of one that cannot be handed on.
     *
     * @param ended says when to give up
     * @return whether there is a device to serve; if not, {@link #failure} says why
     */
    boolean renew(BooleanSupplier ended) {
        String reason = Objects.requireNonNull(fault());
        if (source == null) {
            failure = reason;
            return false;
        }
        closeDevice();
        try {
            served = new ServedDevice(open(source, ended), trustClient, this::heldUp);
            faults = List.of();
            return true;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "the device cannot be opened anew", e);
            failure = reason + "; it cannot be opened anew: " + e.getMessage();
            return false;
        }
    }

    /** A client that goes on using the device's file keeps the device busy, for as long as it lives. */
    private static VfioDevice open(Supplier<? extends VfioDevice> source, BooleanSupplier ended) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return Objects.requireNonNull(source.get(), "device");
            } catch (VfioException e) {
                if (e.errno() != Errno.EBUSY || ended.getAsBoolean() || System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** A device that does not end a command may not end this either: it is not waited for without end. */
    private void closeDevice() {
        VfioDevice device = served.device();
        Thread closer = Thread.ofPlatform().daemon().name("jvfio-serve-close").start(() -> close(device));
        long deadline = System.nanoTime() + CLOSE.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (!closer.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "a device that was served does not close: it is left behind");
                    }
                    return;
                } catch (InterruptedException e) {
                    interrupted = true; // the wait is bounded, and the interruption is kept
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void close(VfioDevice device) {
        try {
            device.close();
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a device that was served could not be closed whole: {0}",
                    e.getMessage());
        }
    }

    /** Closes the device, if it was opened here. */
    @Override
    public void close() {
        if (source != null) {
            closeDevice();
        }
    }
}
