// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.vfiouser.protocol.Command;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection can be used, and why not: lost by the first failure that it met, or closed by its user.
 *
 * <p>Threads: thread-safe; nothing here waits.
 */
final class ConnectionState {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final String name;
    private final AtomicReference<@Nullable VfioException> loss = new AtomicReference<>();

    /** Run when it is lost; null as long as nobody depends on it. */
    private volatile @Nullable Runnable onLoss;

    private volatile boolean closed;

    /** Closed because another has taken its place, so that it is still the loss that counts. */
    private volatile boolean replaced;

    ConnectionState(String name) {
        this.name = name;
    }

    /** Runs this when the connection is lost, on the thread that finds it; at once if it is lost already. */
    void onLoss(Runnable action) {
        onLoss = action;
        if (isLost()) {
            action.run();
        }
    }

    boolean isAlive() {
        return !closed && loss.get() == null;
    }

    /** Whether it is lost: not if it was closed before. */
    boolean isLost() {
        return loss.get() != null;
    }

    /** The failure that lost it, or null. */
    @Nullable VfioException loss() {
        return loss.get();
    }

    void close() {
        closed = true;
    }

    void replace() {
        replaced = true;
    }

    /**
     * It is of no use any more. Does nothing if that is known, or if it is closed.
     *
     * @param first what to do before anybody is told
     */
    void lose(VfioException reason, Runnable first) {
        if (closed || !loss.compareAndSet(null, reason)) {
            return;
        }
        try {
            first.run();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
        Runnable action = onLoss;
        if (action != null) {
            LOG.log(System.Logger.Level.WARNING, "the vfio-user device {0} is lost: {1}", name, reason.getMessage());
            action.run();
        }
    }

    /** What a call throws that finds it closed or lost. */
    RuntimeException ended(@Nullable Command command) {
        VfioException reason = loss.get();
        String call = command == null ? "vfio-user" : command.call();
        return closed && !replaced || reason == null
                ? new IllegalStateException(name + " is closed")
                : new DeviceGoneException(call, name, reason);
    }
}
