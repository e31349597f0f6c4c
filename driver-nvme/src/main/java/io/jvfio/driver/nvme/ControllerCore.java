// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.device.DeviceGoneException;
import io.jvfio.driver.nvme.data.DataDescription;
import io.jvfio.driver.nvme.queue.Doorbell;
import io.jvfio.driver.nvme.queue.QueueHost;
import io.jvfio.driver.nvme.queue.QueueShape;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The controller's life: started, reset when it has to be, and ended; and what its queues need of it.
 *
 * <p>A queue belongs to its thread and notices by the epoch that something happened. Whoever finds the controller broken
 * resets it under the lock; the others join when they come by.
 *
 * <p>Threads: thread-safe. The lock is taken before that of the admin queue.
 */
final class ControllerCore implements QueueHost, AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** How long a shutdown may take; controllers with much to write take seconds. */
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(30);

    /** As {@link #SHUTDOWN_LIMIT}, while the kernel waits to have the device back. */
    private static final Duration LEAVING_LIMIT = Duration.ofSeconds(5);

    /** How many resets in a row a command waits for. */
    private static final int MOST_RESETS = 8;

    private enum State {
        READY,
        FAILED,
        LEAVING,
        CLOSED
    }

    private final PciDevice device;
    private final NvmeOptions options;
    private final ControllerRegs registers;
    private final ControllerCaps capabilities;
    private final AdminQueue adminQueue;
    private final AdminCommands admin;
    private final Startup startup;
    private final Queues queues = new Queues(this);
    private final ReentrantLock lock = new ReentrantLock();

    private volatile @Nullable Interrupts interrupts;
    private final AtomicInteger epoch = new AtomicInteger(1);
    private final AtomicReference<State> state = new AtomicReference<>(State.FAILED);
    private volatile @Nullable RuntimeException failure;
    /** Run after each reset; whoever has asked the controller for something asks again. */
    private volatile Consumer<AdminCommands> afterReset = commands -> {};

    /** Ends a queue that nobody uses at the moment, if there is one. */
    private volatile BooleanSupplier reclaim = () -> false;

    ControllerCore(PciDevice device, NvmeOptions options) {
        this.device = device;
        this.options = options;
        this.registers = new ControllerRegs(device);
        this.capabilities = registers.capabilities();
        // A controller that was left running could write to what this one allocates.
        registers.disable(capabilities.timeout());
        this.adminQueue = new AdminQueue(device, registers, capabilities);
        this.admin = new AdminCommands(
                adminQueue, options.adminTimeout(), Retries.of(options, capabilities, List.of()), device.name());
        this.startup = new Startup(this, admin);
    }

    private @Nullable Interrupts enableInterrupts() {
        if (options.vectors() == 0) {
            return null;
        }
        InterruptType type =
                device.interrupts().available(InterruptType.MSIX) > 0 ? InterruptType.MSIX : InterruptType.MSI;
        int vectors = Math.min(options.vectors(), device.interrupts().available(type));
        return vectors == 0 ? null : device.interrupts().enableUpTo(type, vectors);
    }

    PciDevice device() {
        return device;
    }

    NvmeOptions options() {
        return options;
    }

    ControllerCaps capabilities() {
        return capabilities;
    }

    ControllerRegs registers() {
        return registers;
    }

    AdminQueue adminQueue() {
        return adminQueue;
    }

    Queues queues() {
        return queues;
    }

    ReentrantLock lock() {
        return lock;
    }

    /** How many vectors are enabled; the first is that of the admin queue. */
    int vectors() {
        Interrupts enabled = interrupts;
        return enabled == null ? 0 : enabled.vectors();
    }

    /** How many pairs of queues the controller allows. */
    int queueLimit() {
        return startup.queueLimit();
    }

    Doorbell.@Nullable Shadow shadow() {
        return startup.shadow();
    }

    ControllerInfo info() {
        return startup.info();
    }

    /** The largest transfer of a command, in bytes. */
    int maxTransfer() {
        return Math.min(options.maxTransfer(), info().maxTransfer());
    }

    /** How commands describe their data to this controller. */
    DataDescription description() {
        return options.dataPointers().description(info().sgls());
    }

    void onReset(Consumer<AdminCommands> action) {
        afterReset = action;
    }

    /** Has queues that are not needed ended by this when there are no more. */
    void onShortage(BooleanSupplier action) {
        reclaim = action;
    }

    /** Ends a queue that nobody uses at the moment; whether there was one. With the lock held. */
    boolean reclaimQueue() {
        return reclaim.getAsBoolean();
    }

    /** Starts the controller for the first time. */
    void start() {
        lock.lock();
        try {
            interrupts = enableInterrupts();
            startup.run();
            adminQueue.open();
            state.set(State.READY);
        } finally {
            lock.unlock();
        }
    }

    /** Commands of the user: one that is not answered has the controller reset, and is repeated if it may be. */
    <T extends @Nullable Object> T admin(boolean repeatable, Function<AdminCommands, T> command) {
        int own = 0;
        int others = 0;
        while (true) {
            int before = epoch.get();
            try {
                return taken(command);
            } catch (ControllerFailedException e) {
                if (!isReady() || !adminQueue.stuck() && before == epoch.get()) {
                    throw e;
                }
                boolean tooOften = resetSince(before, e.toString()) ? ++own > 1 : ++others > MOST_RESETS;
                if (!repeatable || tooOften) {
                    throw e;
                }
            }
        }
    }

    /** Has a command done, after the end of a reset that is under way: until then the controller was given nothing. */
    private <T extends @Nullable Object> T taken(Function<AdminCommands, T> command) {
        for (int resets = 0; ; resets++) {
            requireReady();
            try {
                return command.apply(admin);
            } catch (AdminQueue.NotTakenException e) {
                if (resets == MOST_RESETS) {
                    throw new ControllerFailedException(name(), "it is reset again and again", e);
                }
                awaitReset();
            }
        }
    }

    private void awaitReset() {
        lock.lock();
        try {
            requireReady();
        } finally {
            lock.unlock();
        }
    }

    /** Resets the controller, also one that has failed. */
    void reset() {
        lock.lock();
        try {
            if (hasEnded()) {
                throw unusable();
            }
            resetLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Resets the controller, unless somebody has done so since; whether that was not so. */
    private boolean resetSince(int before, String reason) {
        lock.lock();
        try {
            boolean mine = epoch.get() == before;
            if (mine) {
                LOG.log(System.Logger.Level.WARNING, "{0}: resetting the controller: {1}", device.name(), reason);
                resetLocked();
            }
            requireReady();
            return mine;
        } finally {
            lock.unlock();
        }
    }

    private void resetLocked() {
        State before = state.get();
        adminQueue.abandon();
        epoch.incrementAndGet();
        try {
            startup.run();
        } catch (DeviceGoneException e) {
            throw fail(e);
        } catch (RuntimeException first) {
            try {
                LOG.log(System.Logger.Level.WARNING, "{0}: resetting the function: {1}", device.name(), first);
                device.reset();
                startup.run();
            } catch (RuntimeException second) {
                second.addSuppressed(first);
                throw fail(second);
            }
        }
        // It may have begun to leave meanwhile.
        if (!state.compareAndSet(before, State.READY)) {
            adminQueue.abandon();
            throw unusable();
        }
        failure = null;
        try {
            afterReset.accept(admin);
        } finally {
            adminQueue.open();
        }
    }

    private RuntimeException fail(RuntimeException reason) {
        adminQueue.abandon();
        if (!hasEnded()) {
            failure = reason;
            state.set(State.FAILED);
        }
        epoch.incrementAndGet();
        return reason;
    }

    private boolean hasEnded() {
        State now = state.get();
        return now == State.CLOSED || now == State.LEAVING;
    }

    /** Runs something that makes queues, with the controller ready and the lock held; once more if it took a reset. */
    <T> T locked(Function<AdminCommands, T> action) {
        lock.lock();
        try {
            requireReady();
            int before = epoch.get();
            try {
                return action.apply(admin);
            } catch (ControllerFailedException e) {
                if (!adminQueue.stuck()) {
                    throw e;
                }
                resetSince(before, e.toString());
                return action.apply(admin);
            }
        } catch (AdminQueue.NotTakenException e) {
            throw unusable();
        } finally {
            lock.unlock();
        }
    }

    /** The device is about to be taken away: ends the work of all threads, and shuts the controller down. */
    void leave() {
        State before = state.getAndSet(State.LEAVING);
        adminQueue.abandon();
        epoch.incrementAndGet();
        if (before == State.READY) {
            try {
                startup.stop(ControllerRegisters.SHN_NORMAL, LEAVING_LIMIT);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "{0}: no shutdown before it leaves: {1}", name(), e.getMessage());
            }
        }
    }

    @Override
    public int epoch() {
        return epoch.get();
    }

    @Override
    public int join(QueueShape queue) {
        lock.lock();
        try {
            requireReady();
            queue.clear();
            admin.createQueues(queue);
            return epoch.get();
        } catch (AdminQueue.NotTakenException e) {
            throw unusable();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean abort(int queue, int cid) {
        try {
            requireReady();
            return admin.abort(queue, cid);
        } catch (NvmeException | AdminQueue.NotTakenException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: {1}", name(queue), e.getMessage());
            return false;
        }
    }

    @Override
    public int recover(QueueShape queue, String reason) {
        lock.lock();
        try {
            requireReady();
            int before = epoch.get();
            LOG.log(System.Logger.Level.WARNING, "{0}: making it anew: {1}", name(queue.id()), reason);
            try {
                if (registers.failed()) {
                    throw new ControllerFailedException(device.name(), "it reports a fatal error (CSTS.CFS)");
                }
                forget(queue);
            } catch (NvmeException | AdminQueue.NotTakenException e) {
                resetSince(before, e.toString());
            }
            return join(queue);
        } finally {
            lock.unlock();
        }
    }

    /** Has the controller forget a queue. */
    void forget(QueueShape queue) {
        admin.deleteQueues(queue.id());
    }

    /**
     * The device has reported an error, which may be that it is no more: then who waits for it learns that now, also who
     * only looks at memory. Waits for no lock, as whoever has it may wait for the device.
     */
    void examine() {
        try {
            device.guard(() -> {});
        } catch (DeviceGoneException e) {
            if (state.get() == State.READY) {
                failure = e;
                state.set(State.FAILED);
            }
            adminQueue.abandon();
            epoch.incrementAndGet();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} after its error: {1}", name(), e.getMessage());
        }
    }

    @Override
    public RuntimeException explain(RuntimeException failed) {
        DeviceState now = device.state();
        boolean gone = state.get() == State.LEAVING || now == DeviceState.GONE || now == DeviceState.LEAVING;
        return gone && !(failed instanceof DeviceGoneException)
                ? new DeviceGoneException("NVMe command", device.name(), failed)
                : failed;
    }

    @Override
    public void awaitInterrupt(int vector, Duration limit) throws InterruptedException {
        Interrupts enabled = interrupts;
        if (enabled != null) {
            enabled.await(vector, limit);
        }
    }

    @Override
    public void closed(QueueShape queue, int known) {
        queues.end(queue, known);
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    boolean isOpen() {
        return state.get() != State.CLOSED;
    }

    boolean isReady() {
        return state.get() == State.READY;
    }

    /**
     * Shuts the controller down and ends what is here.
     *
     * @param kind {@link ControllerRegisters#SHN_NORMAL} or {@link ControllerRegisters#SHN_ABRUPT}
     */
    void close(int kind) {
        State before;
        lock.lock();
        try {
            before = state.getAndSet(State.CLOSED);
            if (before == State.CLOSED) {
                return;
            }
            adminQueue.abandon();
            epoch.incrementAndGet();
        } finally {
            lock.unlock();
        }
        Interrupts enabled = interrupts;
        try (adminQueue;
                startup;
                queues;
                enabled) {
            if (answers()) {
                startup.stop(before == State.READY ? kind : ControllerRegisters.SHN_NONE, SHUTDOWN_LIMIT);
            }
        } catch (DeviceGoneException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} has gone before it was closed", name());
        }
    }

    private boolean answers() {
        DeviceState now = device.state();
        return now == DeviceState.OPEN || now == DeviceState.IN_ERROR || now == DeviceState.LEAVING;
    }

    @Override
    public void close() {
        close(ControllerRegisters.SHN_NORMAL);
    }

    /** Throws why the controller cannot be used, if it cannot. */
    void requireReady() {
        if (state.get() != State.READY) {
            throw unusable();
        }
    }

    private RuntimeException unusable() {
        RuntimeException reason = failure;
        return switch (state.get()) {
            case LEAVING -> new DeviceGoneException("NVMe command", device.name());
            case CLOSED -> new IllegalStateException("the NVMe controller of " + device.name() + " is closed");
            default ->
                reason instanceof DeviceGoneException
                        ? new DeviceGoneException("NVMe command", device.name(), reason)
                        : failedBefore(reason);
        };
    }

    private ControllerFailedException failedBefore(@Nullable RuntimeException reason) {
        String what = "the controller could not be had back by a reset";
        return reason == null
                ? new ControllerFailedException(device.name(), what)
                : new ControllerFailedException(device.name(), what + ": " + reason.getMessage(), reason);
    }
}
