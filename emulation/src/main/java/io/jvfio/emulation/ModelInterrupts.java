// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.SystemCalls;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A model's interrupts. The model says what happens in the device, {@link #pin} and {@link #message}, both where it has
 * both; which of them goes anywhere is the client's choice: one index is on at a time, and a vector interrupts while it
 * has an eventfd. A message whose vector is held back stays pending until it can go.
 *
 * <p>Threads: thread-safe. {@link #message} takes no lock; neither allocates.
 */
public final class ModelInterrupts {
    private final SystemCalls sys;
    private final String device;
    private final ModelDma dma;
    private final ModelWorker worker;
    private final @Nullable FaultInjector faults;
    private final IntxLine line;
    private final InterruptKinds kinds;
    private final MessageVectors msi;
    private final MessageVectors msix;
    private final MessageVectors errors;
    private final MessageVectors requests;
    private final @Nullable MsixTable table;

    /** Whether there is an ERR interrupt. Changed only while the model is created. */
    private boolean tellsErrors = true;

    /** Unmasks the pin for the client, or null. Guarded by this. */
    private @Nullable Resampler resampler;

    ModelInterrupts(
            SystemCalls sys, InterruptKinds kinds, ModelDma dma, ModelWorker worker, @Nullable FaultInjector faults) {
        this.device = dma.device();
        this.dma = dma;
        this.sys = sys;
        this.worker = worker;
        this.faults = faults;
        this.kinds = kinds;
        this.line = new IntxLine(sys);
        this.msi = new MessageVectors(sys, kinds.msiVectors(), vector -> false);
        this.table = kinds.msix() == null ? null : new MsixTable(kinds.msixVectors(), this::unmasked);
        this.msix = new MessageVectors(sys, kinds.msixVectors(), this::isMasked);
        this.errors = new MessageVectors(sys, 1, vector -> false);
        this.requests = new MessageVectors(sys, 1, vector -> false);
    }

    /**
     * Sets the interrupt pin. It interrupts a client that has INTx on, as long as it is high: the model lowers it when the
     * driver has acknowledged what it was for.
     *
     * @param high whether the device asks for attention
     */
    public void pin(boolean high) {
        if (kinds.pin()) {
            line.level(high);
        }
    }

    /**
     * Sends a message by MSI-X or MSI, whichever is on. With fewer MSI vectors than the model has, several share one, as
     * the specification has it (PCIe 6.0, 7.7.1.2). A message is a write to memory, so it is lost while bus mastering is
     * off.
     *
     * @param vector 0 to one less than the vectors of the larger of both
     * @throws IndexOutOfBoundsException if there is no such vector
     */
    public void message(int vector) {
        Objects.checkIndex(vector, Math.max(msi.count(), msix.count()));
        if (faults != null && fails(faults, vector)) {
            return;
        }
        send(vector);
    }

    /** Whether a message meets a fault that keeps it from going out now. */
    private boolean fails(FaultInjector plan, int vector) {
        FaultRule rule = plan.meet(FaultRule.Point.INTERRUPT, -1);
        if (rule == null) {
            return false;
        }
        if (rule.kind() == FaultRule.Kind.DELAY) {
            worker.wakeAt(plan.defer(vector, rule));
        }
        return rule.kind() != FaultRule.Kind.SPURIOUS && rule.kind() != FaultRule.Kind.ERROR;
    }

    /** Sends what a fault has delayed and is due. */
    boolean sendDelayed() {
        FaultInjector plan = faults;
        if (plan == null) {
            return false;
        }
        boolean sent = false;
        for (int vector = plan.takeDue(); vector >= 0; vector = plan.takeDue()) {
            send(vector);
            sent = true;
        }
        return sent;
    }

    /** Interrupts for nothing, by whatever the client has on. */
    void spurious(FaultInjector plan) {
        int vectors = vectors();
        if (vectors > 0) {
            send(plan.below(vectors));
        } else {
            line.trigger();
        }
    }

    /** A message is a write to memory: without bus mastering, and from an isolated function, it is lost. */
    private void send(int vector) {
        if (!dma.reachesMemory()) {
            return;
        }
        if (msix.enabled() != 0) {
            if (vector < msix.count()) {
                msix.message(vector);
            }
        } else if (msi.enabled() != 0) {
            msi.message(vector & Integer.highestOneBit(msi.enabled()) - 1);
        }
    }

    /** Whether the client has MSI or MSI-X on. */
    public boolean messages() {
        return msix.enabled() != 0 || msi.enabled() != 0;
    }

    /** How many vectors of MSI-X, or else of MSI, the client has on; 0 with INTx or none. */
    public int vectors() {
        return msix.enabled() != 0 ? msix.enabled() : msi.enabled();
    }

    IntxLine line() {
        return line;
    }

    @Nullable MsixTable table() {
        return table;
    }

    /** 64 pending bits of MSI-X. */
    long pending(int word) {
        return msix.pending(word);
    }

    /** There is no ERR interrupt. */
    void withoutErrors() {
        tellsErrors = false;
    }

    /** Tells the client that the function has an error. */
    void reportError() {
        errors.trigger(0);
    }

    /** Asks the client to let the device go. */
    void requestRemoval() {
        requests.trigger(0);
    }

    IrqInfo info(int index) {
        return switch (Objects.checkIndex(index, VfioPci.VFIO_PCI_NUM_IRQS)) {
            case VfioPci.VFIO_PCI_INTX_IRQ_INDEX ->
                kinds.pin()
                        ? new IrqInfo(
                                index,
                                VfioPci.VFIO_IRQ_INFO_EVENTFD
                                        | VfioPci.VFIO_IRQ_INFO_MASKABLE
                                        | VfioPci.VFIO_IRQ_INFO_AUTOMASKED,
                                1)
                        : IrqInfo.absent(index);
            case VfioPci.VFIO_PCI_ERR_IRQ_INDEX ->
                tellsErrors ? new IrqInfo(index, VfioPci.VFIO_IRQ_INFO_EVENTFD, 1) : IrqInfo.absent(index);
            default -> {
                int count = vectors(index).count();
                yield new IrqInfo(index, count == 0 ? 0 : VfioPci.VFIO_IRQ_INFO_EVENTFD | resizing(index), count);
            }
        };
    }

    private int resizing(int index) {
        return kinds.resizable() || !isMessage(index) ? 0 : VfioPci.VFIO_IRQ_INFO_NORESIZE;
    }

    private static boolean isMessage(int index) {
        return index == VfioPci.VFIO_PCI_MSI_IRQ_INDEX || index == VfioPci.VFIO_PCI_MSIX_IRQ_INDEX;
    }

    /** Runs a request. Under the lock only assignments change: whoever is signalled may hold up who does it. */
    int set(IrqRequest request) {
        int count = info(request.index()).count();
        Objects.checkFromIndexSize(request.start(), request.count(), count);
        switch (request.action()) {
            case TRIGGER -> {
                return trigger(request);
            }
            case MASK -> forPin(request, line::mask);
            case UNMASK -> forPin(request, line::unmask);
        }
        return 0;
    }

    /** Devices at power-on: the pin is low, nothing is pending, the table is masked and not consulted. Assignments stay. */
    void reset() {
        line.reset();
        msi.forget();
        msix.forget();
        if (table != null) {
            table.reset();
        }
    }

    /** Takes all eventfds away. */
    synchronized void close() {
        Closing steps = new Closing();
        steps.attempt(this::endResampling);
        steps.attempt(line::close);
        steps.attempt(msi::disable);
        steps.attempt(msix::disable);
        steps.attempt(errors::disable);
        steps.attempt(requests::disable);
        steps.throwFirst();
    }

    /** Zero, or how many messages can be had. */
    private int trigger(IrqRequest request) {
        switch (request.data()) {
            case IrqRequest.EventFds eventfds -> {
                int available = assign(request, eventfds);
                if (available == 0) {
                    deliver(request);
                }
                return available;
            }
            case IrqRequest.None none -> {
                if (request.count() == 0) {
                    disable(request.index());
                } else {
                    fire(request, vector -> true);
                }
            }
            case IrqRequest.Bools bools ->
                fire(request, vector -> bools.values().get(vector - request.start()));
        }
        return 0;
    }

    /** Sends what was pending for the vectors that have eventfds now. */
    private void deliver(IrqRequest assigned) {
        if (assigned.index() == VfioPci.VFIO_PCI_INTX_IRQ_INDEX) {
            line.deliver();
            return;
        }
        MessageVectors vectors = vectors(assigned.index());
        for (int vector = assigned.start(); vector < assigned.start() + assigned.count(); vector++) {
            vectors.retry(vector);
        }
    }

    private synchronized int assign(IrqRequest request, IrqRequest.EventFds eventfds) {
        requireOnlyOne(request.index());
        Runnable onHeldUp = request.owner()::heldUp;
        if (request.index() == VfioPci.VFIO_PCI_INTX_IRQ_INDEX) {
            eventfds.fds().forEach(fd -> line.assign(fd, onHeldUp));
            return 0;
        }
        MessageVectors vectors = vectors(request.index());
        int end = request.start() + request.count();
        if (isMessage(request.index()) && end > vectors.allocated()) {
            if (vectors.enabled() != 0 && !kinds.resizable()) {
                throw new VfioException(
                        "VFIO_DEVICE_SET_IRQS",
                        Errno.EINVAL,
                        device + ", irq index " + request.index(),
                        "it is on with " + vectors.allocated() + " vectors and takes no more; turn it off first");
            }
            if (end > kinds.available()) {
                return kinds.available();
            }
        }
        vectors.assign(request.start(), eventfds.fds(), onHeldUp);
        return 0;
    }

    /** Has an eventfd unmask the pin, or none. */
    private synchronized void resample(@Nullable Fd eventfd) {
        endResampling();
        if (eventfd != null) {
            resampler = Resampler.start(sys, eventfd, line::unmask, device);
        }
    }

    private void endResampling() {
        Resampler before = resampler;
        resampler = null;
        if (before != null) {
            before.close();
        }
    }

    private synchronized void disable(int index) {
        if (index == VfioPci.VFIO_PCI_INTX_IRQ_INDEX) {
            endResampling();
            line.close();
        } else {
            vectors(index).disable();
        }
    }

    private void fire(IrqRequest request, IntPredicate which) {
        IntConsumer trigger = request.index() == VfioPci.VFIO_PCI_INTX_IRQ_INDEX
                ? vector -> line.trigger()
                : vectors(request.index())::trigger;
        for (int vector = request.start(); vector < request.start() + request.count(); vector++) {
            if (which.test(vector)) {
                trigger.accept(vector);
            }
        }
    }

    private void forPin(IrqRequest request, Runnable action) {
        if (request.index() != VfioPci.VFIO_PCI_INTX_IRQ_INDEX) {
            throw new VfioException(
                    "VFIO_DEVICE_SET_IRQS",
                    Errno.ENOTTY,
                    device + ", irq index " + request.index(),
                    "only INTx can be masked and unmasked");
        }
        switch (request.data()) {
            case IrqRequest.None none -> {
                if (request.count() != 0) {
                    action.run();
                }
            }
            case IrqRequest.Bools bools -> {
                if (bools.values().contains(true)) {
                    action.run();
                }
            }
            case IrqRequest.EventFds eventfds -> {
                if (request.action() == IrqRequest.Action.MASK) {
                    throw new VfioException(
                            "VFIO_DEVICE_SET_IRQS", Errno.ENOTTY, device, "an eventfd unmasks but does not mask");
                }
                eventfds.fds().forEach(this::resample);
            }
        }
    }

    /** INTx, MSI and MSI-X exclude each other. */
    private void requireOnlyOne(int index) {
        boolean taken = switch (index) {
            case VfioPci.VFIO_PCI_INTX_IRQ_INDEX -> msi.enabled() != 0 || msix.enabled() != 0;
            case VfioPci.VFIO_PCI_MSI_IRQ_INDEX -> line.isEnabled() || msix.enabled() != 0;
            case VfioPci.VFIO_PCI_MSIX_IRQ_INDEX -> line.isEnabled() || msi.enabled() != 0;
            default -> false;
        };
        if (taken) {
            throw new VfioException(
                    "VFIO_DEVICE_SET_IRQS",
                    Errno.EINVAL,
                    device + ", irq index " + index,
                    "another of INTx, MSI and MSI-X is on; turn it off first");
        }
    }

    private MessageVectors vectors(int index) {
        return switch (index) {
            case VfioPci.VFIO_PCI_MSI_IRQ_INDEX -> msi;
            case VfioPci.VFIO_PCI_MSIX_IRQ_INDEX -> msix;
            case VfioPci.VFIO_PCI_ERR_IRQ_INDEX -> errors;
            default -> requests;
        };
    }

    private boolean isMasked(int vector) {
        MsixTable now = table;
        return now != null && now.masked(vector);
    }

    private void unmasked(int vector) {
        msix.retry(vector);
    }
}
