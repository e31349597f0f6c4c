// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Closing;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.NearestNode;
import io.jvfio.device.Quiesce;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.InterruptControl;
import io.jvfio.interrupt.InterruptOwner;
import io.jvfio.interrupt.Notices;
import io.jvfio.iommu.Dma;
import io.jvfio.iommu.DmaOwner;
import io.jvfio.mmio.FaultGuard;
import io.jvfio.pci.config.PciRegisters;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An open PCI function, as a driver holds it: registers, config space, DMA memory, interrupts, power and reset. It stands
 * on the {@link VfioDevice} contract alone, so whether a kernel device, a peer or a model is below makes no difference.
 *
 * <p><b>Faults.</b> Mapped registers can stop answering at any time: the device is unplugged, reset by somebody, or its
 * decoding is switched off. The JVM survives that, but the error comes late and unexplained. Code that accesses registers
 * in a loop runs inside {@link #guard(Runnable)}, which explains it.
 *
 * <p><b>Removal.</b> When the kernel asks for the device, listeners of {@link #onRemoval} are called, and when they have
 * returned, or after {@link #removalDeadline}, the device is closed; without a listener at once. Waits then end with
 * {@link DeviceGoneException}, guarded code too, and other accesses find the device closed.
 *
 * <p>On a closed device each method but {@code close} and those that only tell names and states throws
 * {@link IllegalStateException}. A call that the carrier refuses throws {@link VfioException}, and
 * {@link DeviceGoneException} if the device is not there any more.
 *
 * <p>Threads: thread-safe. What it returns ends with it: BARs, interrupts and DMA memory are closed by {@link #close}.
 */
public final class PciDevice implements AutoCloseable {
    private final VfioDevice device;
    private final Runnable afterClose;
    private final String name;
    private final Lifecycle lifecycle;
    private final ConfigSpace config;
    private final PowerControl power;
    private final Resets resets;
    private final InterruptOwner interrupts;
    private final DmaOwner dma;
    private final Windows windows;
    private final Faults faults;
    private final DriverNotices notices;
    private final Bars bars;

    private PciDevice(VfioDevice device, String name, CarrierContext context, Runnable afterClose) {
        SystemCalls calls = HasCalls.of(context);
        this.device = device;
        this.afterClose = afterClose;
        this.name = name;
        this.lifecycle = new Lifecycle(name);
        this.config = ConfigSpace.of(
                new RegionPort(device, VfioPci.VFIO_PCI_CONFIG_REGION_INDEX),
                device.region(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX).size(),
                name);
        this.power = new PowerControl(config, name);
        InterruptEnable interruptEnable = new InterruptEnable(config);
        this.interrupts = InterruptOwner.of(device, context.dispatcher(), context, interruptEnable, name);
        this.dma = DmaOwner.of(device::addressSpace, context, device.info().reach(), NearestNode.near(device), name);
        this.resets = new Resets(device, config, power, interruptEnable, dma, lifecycle, name);
        this.windows = new Windows(device, name);
        this.bars = new Bars(this, config, windows, calls.pageSize());
        this.faults = new Faults(device, calls, lifecycle, power, name, this::foundGone);
        this.notices = new DriverNotices(this, lifecycle);
        interrupts.failures(notices.failures()::tell);
    }

    /** A PCI device on top of an open VFIO device; see {@link PciDevices#of}. */
    static PciDevice of(VfioDevice device, String name, CarrierContext context, Runnable afterClose) {
        if (!device.info().pci() || device.info().regionCount() <= VfioPci.VFIO_PCI_CONFIG_REGION_INDEX) {
            throw new IllegalArgumentException(name + " is not a PCI device");
        }
        PciDevice made = new PciDevice(device, name, context, afterClose);
        device.ability(Notices.class).ifPresent(made.notices::follow);
        return made;
    }

    /** What errors and logs call it. */
    public String name() {
        return name;
    }

    /** What is known of it. */
    public DeviceState state() {
        return lifecycle.state();
    }

    /** The device below, for what this class does not offer; borrowed. */
    public VfioDevice device() {
        return device;
    }

    /** Its config space. */
    public ConfigSpace config() {
        lifecycle.checkOpen();
        return config;
    }

    /**
     * One of its BARs.
     *
     * @param index 0 to 5
     * @throws IndexOutOfBoundsException if there can be no such BAR
     * @throws IllegalArgumentException if the device does not have it, or it is the upper half of a 64-bit one
     */
    public Bar bar(int index) {
        lifecycle.checkOpen();
        return bars.get(index);
    }

    /** The BARs that it has, in the order of their numbers. */
    public List<Bar> bars() {
        lifecycle.checkOpen();
        return bars.all();
    }

    /** Its expansion ROM, or empty if it has none. */
    public Optional<Rom> rom() {
        lifecycle.checkOpen();
        long size = device.region(VfioPci.VFIO_PCI_ROM_REGION_INDEX).size();
        return size > 0 ? Optional.of(new Rom(this, size)) : Optional.empty();
    }

    /**
     * The first of its regions that are of a type: those that a kernel driver, a variant or a layer adds to a device.
     *
     * @param type what it is
     * @return the region, or empty if the device has none of that type
     */
    public Optional<DeviceRegion> region(RegionType type) {
        Objects.requireNonNull(type, "type");
        lifecycle.checkOpen();
        return IntStream.range(0, device.info().regionCount())
                .mapToObj(device::region)
                .filter(info -> info.type().filter(type::equals).isPresent())
                .findFirst()
                .map(info -> new DeviceRegion(this, info));
    }

    /**
     * What the device can do besides: the API of the variant that drives it, or of its carrier.
     *
     * @param type of the API
     * @return the same object each time, which ends with the device; empty if the device does not have it
     */
    public <T> Optional<T> as(Class<T> type) {
        Objects.requireNonNull(type, "type");
        lifecycle.checkOpen();
        return device.ability(type);
    }

    /** DMA memory that it reaches. */
    public Dma dma() {
        lifecycle.checkOpen();
        return dma.dma();
    }

    /** Its interrupts. */
    public InterruptControl interrupts() {
        lifecycle.checkOpen();
        return interrupts.control();
    }

    /** Lets it start DMA and send message-signalled interrupts. Off after open and after a reset. */
    public void enableBusMaster() {
        command(PciRegisters.COMMAND_MASTER, PciRegisters.COMMAND_MASTER);
    }

    /** Keeps it from starting DMA and from sending message-signalled interrupts. */
    public void disableBusMaster() {
        command(PciRegisters.COMMAND_MASTER, 0);
    }

    /** Lets its BARs answer, those in memory space and those in I/O space. On after open on most carriers. */
    public void enableMemory() {
        int both = PciRegisters.COMMAND_MEMORY | PciRegisters.COMMAND_IO;
        command(both, both);
    }

    /** Its power state now; D0 if it has no power management. */
    public PowerState powerState() {
        lifecycle.checkOpen();
        return power.state();
    }

    /** The power states that it has; D0 at least. */
    public Set<PowerState> powerStates() {
        lifecycle.checkOpen();
        return power.supported();
    }

    /**
     * Puts it into a power state, and waits the time that the specification asks for (up to 10 ms). Nobody may access
     * registers meanwhile, nor while it sleeps. Waking from D3hot can reset the function: its command register is
     * restored, its own registers are the driver's to set again.
     *
     * @throws IllegalArgumentException if it does not have the state, or cannot go there but through D0
     */
    public void power(PowerState target) {
        Objects.requireNonNull(target, "target");
        lifecycle.checkOpen();
        power.change(target);
    }

    /**
     * Resets the function. Afterwards bus mastering is off, its own registers have their power-on values, and what this
     * process holds is kept: windows, DMA maps, enabled interrupts. Decoding is as after open, and so is the enable bit of
     * the enabled interrupts, on every carrier. An error state is over, and DMA memory whose reuse waited for a reset is
     * free. Blocks for as long as the device needs, a second or more. Stop register access first: an access during a
     * reset by the kernel sleeps, and holds up every safepoint of the JVM.
     *
     * @throws VfioException with ENOTTY if the device has no reset
     */
    public void reset() {
        lifecycle.checkOpen();
        Quiesce.run(device);
        resets.reset();
    }

    /**
     * Resets this function and all others of its slot or bus, which works where the function has no reset of its own.
     * The carrier refuses if this process does not own all of them; {@code HotResetPlan} finds out whose they are.
     * What {@link #reset} says of the state afterwards, and of register access meanwhile, holds for each device given;
     * one that is open here and not given is reset behind its driver's back.
     *
     * @param others devices that are reset with it; this one among them makes no difference
     * @throws VfioException if the carrier refuses, with ENOTTY if it has no hot reset
     */
    public void hotReset(Collection<PciDevice> others) {
        Set<PciDevice> all = new LinkedHashSet<>(Set.of(this));
        all.addAll(others);
        all.forEach(PciDevice::checkOpen);
        Resets.together(all.stream().map(each -> each.resets).toList());
    }

    /**
     * Runs code that accesses mapped registers, and tells what a failure of it means. At the end one access to config
     * space makes a late fault appear, so the cost is one call of the carrier; allocates nothing. Guards may be nested.
     *
     * @param body what to run, on this thread
     * @throws DeviceGoneException if the device is gone, or was removed and closed while the code ran
     * @throws MmioFaultException if registers did not answer although the device is there
     * @throws IllegalStateException if this device is closed
     */
    public void guard(Runnable body) {
        lifecycle.checkPresent();
        faults.run(body);
    }

    /**
     * As {@link #guard(Runnable)}, for code with a result. A number that comes out of a lambda is boxed; code that must
     * not allocate leaves its result in a field.
     *
     * @param body what to run, on this thread
     * @return what the code returned, and all of it was read from a device that answered
     */
    public <T extends @Nullable Object> T guard(Supplier<T> body) {
        lifecycle.checkPresent();
        return faults.get(body);
    }

    /**
     * Calls a listener when the kernel asks for the device. It runs on the device's one thread for notices, after those
     * that came before have been told, and should stop the driver; it may close the device. The device is closed when
     * all listeners have returned, or at the deadline, even if it was not this listener's turn by then.
     *
     * @param listener what to call, at most once
     * @return the registration; closing it is optional
     */
    public ListenerRegistration onRemoval(Consumer<PciDevice> listener) {
        Objects.requireNonNull(listener, "listener");
        lifecycle.checkOpen();
        return notices.removal().add(listener);
    }

    /**
     * How long listeners of {@link #onRemoval} have, 10 seconds unless set. Until the close the kernel, and whoever
     * unplugs or unbinds the device, waits.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void removalDeadline(Duration deadline) {
        if (deadline.isNegative()) {
            throw new IllegalArgumentException("a removal deadline of " + deadline.toMillis() + " ms is negative");
        }
        notices.removalDeadline(deadline);
    }

    /**
     * Calls a listener when the device reports an uncorrectable error (AER). It runs on the device's one thread for
     * notices: errors that are reported before it returns are one, told afterwards.
     *
     * @param listener what to call; it may reset or close the device
     * @return the registration; closing it is optional
     */
    public ListenerRegistration onError(Consumer<PciDevice> listener) {
        Objects.requireNonNull(listener, "listener");
        lifecycle.checkOpen();
        return notices.errors().add(listener);
    }

    /**
     * Calls a listener when something failed that nobody called: a handler of interrupts or a listener of this device
     * threw, a storey failed after a reset or in a notice, the model behind the device failed. All of it is logged, too;
     * a test that must not miss it, or a program that has to end with it, listens here. What makes the device leave is
     * also the cause of the {@link DeviceGoneException}s that follow.
     *
     * @param listener called with what was thrown, by the thread that caught it; it must not wait for the device
     * @return the registration; closing it is optional
     */
    public ListenerRegistration onFailure(Consumer<? super Throwable> listener) {
        Objects.requireNonNull(listener, "listener");
        lifecycle.checkOpen();
        return notices.failures().add(listener);
    }

    /**
     * Closes the device: bus mastering off, then interrupts, windows, DMA memory, and the device below. Everything is
     * closed even if a part fails; what fails because the device is gone does not count. Idempotent; a second caller does
     * not wait for the first.
     *
     * @throws VfioException the first failure, with later ones suppressed
     */
    @Override
    public void close() {
        if (lifecycle.enter(DeviceState.CLOSED)) {
            Closing steps = new Closing();
            for (Runnable step : closing()) {
                steps.attemptUnless(DeviceGoneException.class, step);
            }
            steps.throwFirst();
        }
    }

    /** Its name and state. */
    @Override
    public String toString() {
        return name + " (" + lifecycle.state() + ")";
    }

    void checkOpen() {
        lifecycle.checkOpen();
    }

    FaultGuard faults() {
        return faults;
    }

    private void command(int mask, int value) {
        config.lock().lock();
        try {
            // Under the lock, so that bus mastering cannot come back behind close.
            lifecycle.checkOpen();
            config.modify16(PciRegisters.COMMAND, mask, value);
        } finally {
            config.lock().unlock();
        }
    }

    private void stopMastering() {
        try {
            config.modify16(PciRegisters.COMMAND, PciRegisters.COMMAND_MASTER, 0);
        } catch (VfioException e) {
            if (!lifecycle.departed()) {
                throw e;
            }
        }
    }

    private List<Runnable> closing() {
        return List.of(
                this::rest,
                this::stopMastering,
                this::endWaits,
                interrupts::close,
                windows::close,
                dma::close,
                this::closeDevice,
                afterClose);
    }

    private void rest() {
        if (!lifecycle.departed()) {
            Quiesce.run(device);
        }
    }

    private void closeDevice() {
        device.close();
        dma.releaseQuarantine();
    }

    private void endWaits() {
        if (lifecycle.departed()) {
            interrupts.end(this::goneException);
        }
    }

    /**
     * Ends the waits of a device that is no more. A function of IBM Z is cut off after an error as if it were gone, until
     * it is reset; when one goes, the kernel asks for it first.
     */
    void foundGone() {
        if (device.info().capability(VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_BASE).isPresent()) {
            lifecycle.enter(DeviceState.IN_ERROR);
        } else if (lifecycle.enter(DeviceState.GONE)) {
            interrupts.end(this::goneException);
        }
    }

    private DeviceGoneException goneException() {
        return lifecycle.gone("wait");
    }
}
