// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Closing;
import io.jvfio.Hex;
import io.jvfio.driver.nvme.queue.Doorbell;
import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.pci.ListenerRegistration;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An NVMe controller, driven through an open PCI device: whatever is behind that, hardware, a peer or a model.
 *
 * <p>{@snippet :
 * try (PciDevice device = Vfio.open("0000:01:00.0");
 *         NvmeController controller = NvmeController.open(device)) {
 *     Namespace namespace = controller.namespace(1);
 *     namespace.read(0, firstBlocks);
 * }
 * }
 *
 * <p>{@link Namespace} has simple calls. For speed each thread makes {@link #queue queues} of its own and keeps many
 * commands under way in them.
 *
 * <p>Nothing that the controller says is taken for granted: what cannot be ends in a {@link ControllerFailedException},
 * not in a wait without end or an access outside memory. An admin command that is not answered in time leads to a reset,
 * and is repeated if it only asks for something. A refused command is a {@link CommandFailedException}; a device that is gone,
 * or that the kernel wants back, {@link io.jvfio.device.DeviceGoneException}.
 *
 * <p>Threads: thread-safe. Methods that ask the controller block.
 */
public final class NvmeController implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final ControllerCore core;
    private final ListenerRegistration removal;
    private final ListenerRegistration errors;

    /** By number; guarded by this map. */
    private final TreeMap<Integer, Namespace> namespaces = new TreeMap<>(Integer::compareUnsigned);

    private final SharedQueues shared = new SharedQueues(this);
    private volatile @Nullable EventWatch events;

    private NvmeController(ControllerCore core) {
        this.core = core;
        this.removal = core.device().onRemoval(device -> core.leave());
        this.errors = core.device().onError(device -> core.examine());
        core.onShortage(shared::reclaim);
    }

    /**
     * Takes a controller into operation, with {@link NvmeOptions#defaults}.
     *
     * @see #open(PciDevice, NvmeOptions)
     */
    public static NvmeController open(PciDevice device) {
        return open(device, NvmeOptions.defaults());
    }

    /**
     * Takes a controller into operation: stops it if it runs, starts it, and finds its namespaces. Blocks as long as the
     * controller needs, which may be seconds.
     *
     * @param device the device, borrowed; its bus mastering and its interrupts are the driver's from now on
     * @return the controller, owned by the caller, who closes it before the device
     * @throws IllegalArgumentException if it is no NVMe controller, or takes no SGLs where the options want them
     * @throws ControllerFailedException if it does not start, or says what cannot be; the device is as before
     * @throws IllegalStateException if its interrupts are enabled already
     */
    public static NvmeController open(PciDevice device, NvmeOptions options) {
        Objects.requireNonNull(options, "options");
        if (device.config().classCode() != ControllerRegisters.CLASS_CODE) {
            throw new IllegalArgumentException(device.name() + " is no NVMe controller: its class code is "
                    + Hex.of(device.config().classCode()));
        }
        ControllerCore core = new ControllerCore(device, options);
        try {
            core.start();
            core.description();
            NvmeController controller = new NvmeController(core);
            controller.scan();
            return controller;
        } catch (RuntimeException e) {
            throw Closing.after(e, core);
        }
    }

    /** The device below; borrowed. */
    public PciDevice device() {
        return core.device();
    }

    /** What the controller said of itself when it was last started. */
    public ControllerInfo info() {
        return core.info();
    }

    /** The largest transfer of one command, in bytes: of the controller and the options the lesser one. */
    public int maxTransfer() {
        return core.maxTransfer();
    }

    /** How many I/O queues there can be at a time. */
    public int queueLimit() {
        return core.queueLimit();
    }

    /** How many commands a queue can have under way at most. */
    public int depthLimit() {
        return core.queues().depthLimit();
    }

    /** Whether doorbells are kept in memory: where the controller offers that and it works. */
    public boolean usesShadowDoorbells() {
        Doorbell.Shadow shadow = core.shadow();
        return shadow != null && shadow.isTrusted();
    }

    /** The namespaces, by number. */
    public List<Namespace> namespaces() {
        synchronized (namespaces) {
            return List.copyOf(namespaces.values());
        }
    }

    /**
     * A namespace.
     *
     * @param id its number
     * @throws IllegalArgumentException if there is none
     */
    public Namespace namespace(int id) {
        synchronized (namespaces) {
            Namespace found = namespaces.get(id);
            if (found == null) {
                throw new IllegalArgumentException(device().name() + " has no namespace " + Integer.toUnsignedString(id)
                        + "; it has " + namespaces.keySet());
            }
            return found;
        }
    }

    /**
     * Asks the controller for its namespaces again. Those that are still there keep their objects. One of which the
     * controller says nothing cannot be used, as its {@link NamespaceInfo#problem} says; the others can.
     */
    public void scan() {
        AdminCommands.Numbers numbers = numbers();
        List<Found> found = new ArrayList<>();
        for (int id : numbers.ids()) {
            Found each = find(id, admin -> admin.identifyNow(Cns.NAMESPACE, id));
            if (each.exists(numbers.listed())) {
                found.add(each);
            }
        }
        synchronized (namespaces) {
            namespaces
                    .keySet()
                    .retainAll(found.stream().map(each -> each.info().id()).toList());
            for (Found each : found) {
                namespaces
                        .computeIfAbsent(each.info().id(), id -> new Namespace(this, each.info()))
                        .update(each.info(), each.isLate());
            }
        }
    }

    /**
     * What came of asking for a namespace.
     *
     * @param status 0 if the controller answered
     */
    private record Found(NamespaceInfo info, int status) {
        boolean isLate() {
            return Retries.notReady(status);
        }

        /** Whether it is there; of one that is in no list that is so if the controller tells of it, or of its trouble. */
        boolean exists(boolean listed) {
            if (status == 0) {
                // All zeroes: it has gone meanwhile, or never was there.
                return info.blocks() != 0;
            }
            return listed
                    || !StatusCode.INVALID_NAMESPACE_OR_FORMAT.matches(status)
                            && !StatusCode.INVALID_FIELD.matches(status);
        }
    }

    private AdminCommands.Numbers numbers() {
        try {
            return core.admin(true, admin -> admin.activeNamespaces(core.info()));
        } catch (ControllerFailedException e) {
            if (!core.isReady()) {
                throw e;
            }
            LOG.log(System.Logger.Level.WARNING, "{0}: no list of namespaces: {1}", device().name(), e.getMessage());
            return AdminCommands.numbered(info().namespaces());
        }
    }

    private Found find(int id, Function<AdminCommands, MemorySegment> question) {
        try {
            return new Found(NamespaceInfo.of(id, core.admin(true, question)), 0);
        } catch (CommandFailedException e) {
            return new Found(NamespaceInfo.unknown(id, e), e.status());
        } catch (ControllerFailedException e) {
            if (!core.isReady()) {
                throw e;
            }
            // It does not answer for this one, and has been reset; it may for others.
            return new Found(NamespaceInfo.unknown(id, e), StatusCode.INTERNAL_ERROR.status());
        }
    }

    /** Asks for a namespace again, and waits until it is ready. */
    void ask(Namespace namespace) {
        int id = namespace.id();
        Found found = find(id, admin -> admin.identify(Cns.NAMESPACE, id));
        namespace.update(found.info(), found.isLate());
    }

    /** The queues of the simple calls. */
    SharedQueues shared() {
        return shared;
    }

    /**
     * Makes a pair of I/O queues, for one thread: the one that makes it, if its memory is to be near.
     *
     * @return the queue, owned by the caller
     * @throws IllegalStateException if the controller has no more queues or vectors, or no memory of its own where the
     *     options want it
     * @throws CommandFailedException if the controller refuses the queue
     */
    public IoQueue queue(QueueOptions options) {
        return core.queues().open(options, this);
    }

    /**
     * Reads a feature.
     *
     * @param feature of {@link io.jvfio.driver.nvme.spec.FeatureId}
     * @param namespace the namespace of a feature that namespaces have, else 0
     * @return its current value, as the completion has it
     */
    public int feature(int feature, int namespace) {
        return core.admin(true, admin -> admin.feature(feature, namespace, AdminCommand.SELECT_CURRENT));
    }

    /**
     * Sets a feature until the next reset. Queues and events are the driver's own business.
     *
     * @param feature of {@link io.jvfio.driver.nvme.spec.FeatureId}
     * @param namespace the namespace of a feature that namespaces have, else 0
     * @param value its value, as dword 11 has it
     * @return dword 0 of the completion
     */
    public int setFeature(int feature, int namespace, int value) {
        return core.admin(false, admin -> admin.setFeature(feature, namespace, value, false));
    }

    /**
     * Reads a log page.
     *
     * @param page of {@link io.jvfio.driver.nvme.spec.LogPage}
     * @param namespace the namespace, or {@link SubmissionEntry#ALL_NAMESPACES}
     * @param target what to fill from the page's start; a multiple of 4 bytes. More than a memory page is read in parts, or
     *     in one transfer if the controller takes no offsets. The event that the page belongs to is let go by the last one
     * @throws IllegalArgumentException if it is not, or is more than a controller that takes no offsets gives at once
     */
    public void readLog(int page, int namespace, MemorySegment target) {
        if (target.byteSize() == 0 || target.byteSize() % Integer.BYTES != 0) {
            throw new IllegalArgumentException(Hex.of(target.byteSize()) + " bytes are no multiple of 4");
        }
        core.admin(true, admin -> {
            admin.readLog(page, namespace, target, core.info(), core.maxTransfer());
            return null;
        });
    }

    /** Reads the log page of health: see {@link io.jvfio.driver.nvme.spec.LogPage} for its fields. */
    public MemorySegment smart() {
        return core.admin(true, AdminCommands::smart);
    }

    /**
     * Reads the structure that an identify command returns.
     *
     * @param structure of {@link Cns}
     * @param namespace the namespace, or 0
     * @return 4096 bytes of heap memory
     */
    public MemorySegment identify(int structure, int namespace) {
        return core.admin(true, admin -> admin.identify(structure, namespace));
    }

    /**
     * Has a command aborted. Controllers may say no, and often do.
     *
     * @param queue the command's queue; 0 for the admin queue
     * @param commandId the command's identifier
     * @return whether the controller says that it has
     */
    public boolean abort(int queue, int commandId) {
        return core.admin(true, admin -> admin.abort(queue, commandId));
    }

    /**
     * Formats a namespace: all its data is lost. Nothing may be under way there. Blocks, an hour at most.
     *
     * @param format the number of one of {@link NamespaceInfo#formats}
     * @param erase 0, or 1 to have user data erased, or 2 to have its key erased
     * @throws IllegalStateException if the controller cannot format
     * @throws IllegalArgumentException if the namespace does not have the format, or there is no such kind of erasing
     */
    public void format(Namespace namespace, int format, int erase) {
        if (!info().hasFormat()) {
            throw new IllegalStateException(device().name() + " cannot format its namespaces");
        }
        if (namespace.info().formats().stream().noneMatch(each -> each.index() == format) || erase < 0 || erase > 2) {
            throw new IllegalArgumentException(namespace + " has no format " + format + " with erase " + erase);
        }
        core.admin(false, admin -> {
            admin.format(namespace.id(), format, erase);
            return null;
        });
        scan();
    }

    /**
     * Has events told from now on, as {@link #onEvent(Consumer, Consumer)}, and failures written to the log.
     *
     * @throws IllegalStateException if there is a listener already
     */
    public void onEvent(Consumer<NvmeEvent> listener) {
        onEvent(listener, failure -> LOG.log(System.Logger.Level.WARNING, device().name() + ": events", failure));
    }

    /**
     * Has events told from now on, on a thread of their own, until the controller is closed or the device is gone. There is
     * one listener. Neither a refused command nor a listener that throws ends that, nor does a reset of the controller; what
     * happens during one is lost.
     *
     * @param listener what is told; it may call methods of this controller
     * @param failures told of what went wrong: a log page that could not be read, a feature or a request for events that was
     *     refused, what the listener threw. Called by the same thread, or by the one that makes a reset, and by this one
     * @throws IllegalStateException if there is a listener already
     */
    public synchronized void onEvent(Consumer<NvmeEvent> listener, Consumer<? super Throwable> failures) {
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(failures, "failures");
        if (events != null) {
            throw new IllegalStateException(device().name() + " has a listener for its events already");
        }
        core.requireReady();
        EventWatch watch = new EventWatch(core, event -> told(event, listener), failures);
        events = watch;
        core.onReset(watch::afterReset);
        watch.start();
    }

    private void told(NvmeEvent event, Consumer<NvmeEvent> listener) {
        if (!event.namespacesChanged()) {
            listener.accept(event);
            return;
        }
        RuntimeException failed = null;
        try {
            scan();
        } catch (RuntimeException e) {
            failed = e;
        }
        listener.accept(event);
        if (failed != null) {
            throw failed;
        }
    }

    /**
     * Resets the controller and starts it again, also one that has failed. Queues stay usable: what is under way in them is
     * tried again. If the controller does not come back, the function is reset.
     *
     * @throws ControllerFailedException if that does not help
     */
    public void reset() {
        core.reset();
    }

    /**
     * Shuts the controller down without leaving it time for its caches, and closes it. Only for when power is about to
     * fail: the next start takes longer.
     */
    public void closeAbruptly() {
        close(ControllerRegisters.SHN_ABRUPT);
    }

    /**
     * Shuts the controller down and stops it, switches bus mastering off, and frees queues and memory. The device stays
     * open. What is under way in queues ends untold. Idempotent.
     *
     * @throws ControllerFailedException if it does not shut down or stop; its memory is freed all the same
     */
    @Override
    public void close() {
        close(ControllerRegisters.SHN_NORMAL);
    }

    private void close(int kind) {
        EventWatch watch = events;
        try (removal;
                errors;
                watch;
                shared) {
            core.close(kind);
        }
    }

    /** {@code NVMe controller 0000:01:00.0 (QEMU NVMe Ctrl, jvfio)}. */
    @Override
    public String toString() {
        return "NVMe controller " + device().name() + " (" + info().model() + ", " + info().serial() + ")";
    }
}
