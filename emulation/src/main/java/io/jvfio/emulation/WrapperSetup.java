// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.carrier.Abilities;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.PciRegisters;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a wrapper says of the device around the model inside. What a model can say of itself it says by {@link #model}.
 *
 * <p>Threads: one at a time, and only while the model is created.
 */
public final class WrapperSetup {
    private final ModelSetup model;
    private Abilities abilities = Abilities.none();
    private UnaryOperator<InterruptKinds> interrupts = UnaryOperator.identity();
    private Supplier<List<InfoCapability>> capabilities = List::of;
    private IntConsumer onError;
    private boolean mappable = true;
    private boolean decoded;
    private int mostConfig = PciRegisters.EXTENDED_SIZE;

    WrapperSetup(ModelSetup model) {
        this.model = model;
        FunctionErrors errors = model.errors();
        this.onError = code -> errors.signal();
    }

    /** What the model inside is made with. */
    public ModelSetup model() {
        return model;
    }

    /** How the wrapper has the device fail. To be kept. */
    public FunctionErrors errors() {
        return model.errors();
    }

    /**
     * Changes how the device interrupts: called with what the model inside has, which goes on as if it had all of that.
     *
     * @param change what is left of it; MSI-X stays where it is
     */
    public void interrupts(UnaryOperator<InterruptKinds> change) {
        interrupts = Objects.requireNonNull(change, "change");
    }

    /** Says that no BAR is memory to the processor: none can be mapped, by nobody. */
    public void withoutMappings() {
        mappable = false;
    }

    /** Says that only the first 256 bytes of config space can be reached. */
    public void withoutExtendedConfig() {
        mostConfig = PciRegisters.CONVENTIONAL_SIZE;
    }

    /** Says that memory BARs answer whatever the command register says, as those of virtual functions do. */
    public void alwaysDecoded() {
        decoded = true;
    }

    /** Says that the device has no ERR interrupt. Called when the model inside has been made, if at all. */
    public void withoutErrorInterrupt() {
        model.madeInterrupts().withoutErrors();
    }

    /** Whether the model inside is a PCIe function. Asked when that has been made. */
    public boolean isExpress() {
        return model.isExpress();
    }

    /**
     * Adds capabilities to those of the model that may change.
     *
     * @param now asked whenever the device is; by any number of threads
     */
    public void deviceCapabilities(Supplier<List<InfoCapability>> now) {
        capabilities = Objects.requireNonNull(now, "now");
    }

    /**
     * Gives the device an ability.
     *
     * @param type by which it is found
     * @param ability thread-safe
     * @throws IllegalArgumentException if it has one of that type
     */
    public <T> void ability(Class<T> type, T ability) {
        abilities = abilities.with(type, ability);
    }

    /**
     * Has those who ask be told that the device has a feature. For one whose bytes hold an address or a descriptor, which
     * nobody can ask for by its number: the device has an ability instead.
     *
     * @param number the feature's number
     * @param direction GET or SET
     */
    public void announce(int number, DeviceFeature.Direction direction) {
        model.features().announce(number, direction);
    }

    /**
     * Calls back when a transfer of the device was refused, on the thread that made it, which is about to be told.
     *
     * @param listener must not block
     */
    public void onDmaFault(Consumer<? super DmaFault> listener) {
        model.dma().onFault(listener);
    }

    /**
     * Says what happens when a fault plan has an error happen ({@link FaultRule.Kind#ERROR}); without this ERR is
     * signalled.
     *
     * @param error called with the rule's code, by any thread; must not block
     */
    public void onInjectedError(IntConsumer error) {
        onError = Objects.requireNonNull(error, "error");
    }

    InterruptKinds kinds(InterruptKinds inside) {
        return interrupts.apply(inside);
    }

    IntConsumer onError() {
        return onError;
    }

    /** All that is found by type: what the device has itself, and what was given to it. */
    Abilities abilities() {
        return abilities;
    }

    /** What is said of the device now. */
    DeviceInfo info(DeviceInfo inside) {
        List<InfoCapability> all = Stream.concat(inside.capabilities().stream(), capabilities.get().stream())
                .toList();
        int flags = inside.flags() | (all.isEmpty() ? 0 : VfioPci.VFIO_DEVICE_FLAGS_CAPS);
        return new DeviceInfo(flags, inside.regionCount(), inside.irqCount(), all, inside.reach());
    }

    /** A region as the device's users see it. */
    ModelRegion region(ModelRegion inside) {
        int index = inside.info().index();
        if (index == VfioPci.VFIO_PCI_CONFIG_REGION_INDEX) {
            return inside.shortened(mostConfig);
        }
        boolean hardware = inside.info().exists() && index <= VfioPci.VFIO_PCI_ROM_REGION_INDEX;
        return hardware ? inside.wrapped(new IsolatedOps(inside.ops(), errors(), mappable), decoded) : inside;
    }
}
