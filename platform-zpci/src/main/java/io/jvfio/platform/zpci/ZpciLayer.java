// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.host.Host;
import io.jvfio.host.HostZpci;
import io.jvfio.interrupt.Notices;
import io.jvfio.iommu.IovaRange;
import io.jvfio.pci.ListenerRegistration;
import io.jvfio.platform.zpci.spec.GroupCapability;
import io.jvfio.platform.zpci.spec.MalformedZpciException;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import io.jvfio.variant.Additions;
import io.jvfio.variant.FunctionFacts;
import io.jvfio.variant.ResetCause;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantDevice;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A function of IBM Z: it reaches the addresses of its aperture alone, has no more vectors than its group allows, and tells
 * its errors by {@link Zpci}.
 *
 * <p>Threads: thread-safe.
 */
final class ZpciLayer extends VariantDevice {
    private final Facts facts;

    private ZpciLayer(VfioDevice below, VariantContext context, Facts facts) {
        super(below, context, Additions.none().withAbility(Zpci.class, facts));
        this.facts = facts;
    }

    /**
     * Puts the layer on a function.
     *
     * @param host where the function is, if it is one of the kernel's
     */
    static ZpciLayer open(VfioDevice below, VariantContext context, Host host) {
        return new ZpciLayer(below, context, new Facts(below, context, host));
    }

    /** What the device below says, with the reach that the aperture leaves. */
    @Override
    public DeviceInfo info() {
        DeviceInfo lower = super.info();
        return new DeviceInfo(
                lower.flags(), lower.regionCount(), lower.irqCount(), lower.capabilities(), facts.reach(lower.reach()));
    }

    /** What the device below says, with no more MSI and MSI-X vectors than can be had. */
    @Override
    public IrqInfo irq(int index) {
        IrqInfo lower = super.irq(index);
        GroupCapability group = facts.capabilities().group();
        boolean messages = index == VfioPci.VFIO_PCI_MSI_IRQ_INDEX || index == VfioPci.VFIO_PCI_MSIX_IRQ_INDEX;
        return messages && group != null && group.noi() != 0 && group.noi() < lower.count()
                ? new IrqInfo(index, lower.flags(), group.noi())
                : lower;
    }

    /** Vectors beyond those that can be had are refused; the kernel would do nothing, and say how many there are. */
    @Override
    public int setIrqs(IrqRequest request) {
        IrqInfo shown = irq(request.index());
        if ((long) request.start() + request.count() > shown.count()
                && shown.count() < super.irq(request.index()).count()) {
            throw new VfioException(
                    "VFIO_DEVICE_SET_IRQS",
                    Errno.EINVAL,
                    "irq index " + request.index() + " of " + facts.name,
                    "the function's group allows " + shown.count() + " vectors");
        }
        return super.setIrqs(request);
    }

    /** Comes before the driver is told. Before this object is whole, records stay where they are. */
    @Override
    protected void errorReported() {
        @Nullable Facts ready = facts;
        if (ready != null) {
            ready.drain();
        }
    }

    @Override
    protected void wasReset(ResetCause cause) {
        facts.readAgain();
    }

    /** What the ability does. */
    private static final class Facts implements Zpci {
        private final VfioDevice below;
        private final System.Logger log;
        private final String name;
        private final Optional<HostZpci> host;
        private final boolean signals;
        private final EventQueue events;
        private volatile ZpciCapabilities capabilities;

        Facts(VfioDevice below, VariantContext context, Host host) {
            Optional<FunctionFacts> function = below.ability(FunctionFacts.class);
            this.below = below;
            this.log = System.getLogger(context.logger());
            this.name = context.device();
            this.host = function.flatMap(known -> host.zpci(known.address()));
            this.signals = VfioPci.VFIO_PCI_ERR_IRQ_INDEX < below.info().irqCount()
                    && below.irq(VfioPci.VFIO_PCI_ERR_IRQ_INDEX).count() > 0;
            this.capabilities = ZpciCapabilities.of(below.info())
                    .orElseThrow(() -> new IllegalArgumentException(name + " reports no BASE"));
            this.events = new EventQueue(
                    below,
                    new Remedies(() -> function.map(
                                    known -> host.resetMethods(known.address()).enabled())
                            .orElse(List.of())),
                    this::listenerFailed);
        }

        /** The handle is another one after some resets; other facts stay, and so does all if nothing can be read. */
        void readAgain() {
            try {
                ZpciCapabilities.of(below.info()).ifPresent(now -> capabilities = now);
            } catch (MalformedZpciException e) {
                log.log(System.Logger.Level.WARNING, name + " after its reset: " + e.getMessage());
            }
        }

        IovaRange reach(IovaRange lower) {
            IovaRange aperture = capabilities.base().aperture();
            return Objects.requireNonNullElse(aperture.intersection(lower), aperture);
        }

        private void listenerFailed(RuntimeException failure) {
            log.log(System.Logger.Level.WARNING, "a listener for errors of " + name + " failed", failure);
            below.ability(Notices.class).ifPresent(notices -> notices.failed(failure, false));
        }

        @Override
        public ZpciCapabilities capabilities() {
            return capabilities;
        }

        @Override
        public Optional<HostZpci> host() {
            return host;
        }

        @Override
        public boolean recordsErrors() {
            return events.exists();
        }

        @Override
        public boolean signalsErrors() {
            return signals;
        }

        @Override
        public List<ZpciEvent> drain() {
            List<ZpciEvent> taken = events.drain();
            taken.forEach(event -> log.log(System.Logger.Level.WARNING, name + ": " + event.text()));
            return taken;
        }

        @Override
        public List<ZpciEvent> events() {
            return events.latest();
        }

        @Override
        public boolean failedForGood() {
            return events.failedForGood();
        }

        @Override
        public ListenerRegistration onEvent(Consumer<? super ZpciEvent> listener) {
            return events.add(Objects.requireNonNull(listener, "listener"));
        }
    }
}
