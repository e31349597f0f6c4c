// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.CarrierProvider;
import io.jvfio.carrier.RegistrySpace;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.iommu.AddressSpace;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Opens models by locators of the form {@code model:NAME?key=value&...}, and such with something around them, {@code
 * model:WRAPPER?of=NAME&WRAPPER.key=value&key=value&...}.
 *
 * <p>Threads: thread-safe.
 */
public final class ModelCarrier implements CarrierProvider {
    static final String SCHEME = "model";

    /** Every model has these. */
    private static final ModelOption FAULTS =
            new ModelOption("faults", "", "what goes wrong, for example drop:interrupt:nth=3;seed=42");

    private static final ModelOption DIAGNOSTICS =
            new ModelOption("diagnostics", "off", "on: keep a report of registers that the model does not implement");

    /** For {@link java.util.ServiceLoader}. */
    public ModelCarrier() {}

    /** The options that every model has. */
    public static List<ModelOption> commonOptions() {
        return List.of(FAULTS, DIAGNOSTICS);
    }

    /** The kinds of models that a context has, by name. */
    public static Map<String, ModelProvider> models(CarrierContext context) {
        return context.named(
                ModelProvider.class, loader -> ServiceLoader.load(ModelProvider.class, loader), ModelProvider::name);
    }

    /**
     * What can be put around a model, by name. A wrapper that has the name of a model, or an option that does not carry
     * the wrapper's name, is left out and recorded.
     */
    public static Map<String, ModelWrapper> wrappers(CarrierContext context) {
        Map<String, ModelProvider> models = models(context);
        return context.named(
                ModelWrapper.class,
                loader -> ServiceLoader.load(ModelWrapper.class, loader),
                wrapper -> checkedName(wrapper, models));
    }

    private static String checkedName(ModelWrapper wrapper, Map<String, ModelProvider> models) {
        String name = wrapper.name();
        if (models.containsKey(name)) {
            throw new IllegalStateException("\"" + name + "\" is the name of a model and of "
                    + wrapper.getClass().getName());
        }
        for (ModelOption option : wrapper.options()) {
            if (!option.key().startsWith(name + ".")) {
                throw new IllegalStateException("option " + option.key() + " of "
                        + wrapper.getClass().getName() + " does not begin with " + name + ".");
            }
        }
        return name;
    }

    @Override
    public Map<String, String> schemes() {
        return Map.of(SCHEME, "NAME?KEY=VALUE&...: a device model in this process");
    }

    @Override
    public VfioDevice open(CarrierContext context, DeviceLocator locator, OpenOptions options) {
        return open(context, locator, EmulationOptions.defaults(), options.addressSpace());
    }

    @Override
    public AddressSpace addressSpace(CarrierContext context, DeviceLocator like, OpenOptions options) {
        find(context, like);
        return EmulatedIommu.of(context, EmulatedIommu.Settings.defaults());
    }

    EmulatedDevice open(
            CarrierContext context, DeviceLocator locator, EmulationOptions options, @Nullable AddressSpace space) {
        return open(context, find(context, locator), options, space);
    }

    static EmulatedDevice open(
            CarrierContext context, NamedModel named, EmulationOptions given, @Nullable AddressSpace space) {
        ModelOptions parsed = named.common();
        EmulationOptions faulty =
                parsed.has(FAULTS.key()) ? given.withFaults(FaultPlan.parse(parsed.text(FAULTS.key()))) : given;
        EmulationOptions options = parsed.flag(DIAGNOSTICS.key()) ? faulty.withDiagnostics(true) : faulty;
        return RegistrySpace.open(
                space, ModelAttachment::own, () -> EmulatedIommu.of(context, options.iommu()), (joined, owned) -> {
                    ModelSetup setup = new ModelSetup(HasCalls.of(context), named.name(), options);
                    EmulatedDevice device =
                            create(context, setup, named, joined).watched();
                    return owned ? device.owning(joined) : device;
                });
    }

    private static EmulatedDevice create(
            CarrierContext context, ModelSetup setup, NamedModel named, EmulatedIommu space) {
        try {
            DeviceModel model = named.maker().apply(setup);
            try {
                ModelFunction function = setup.build();
                function.dma().attach(space, context);
                return new EmulatedDevice(setup.device(), context, function, model);
            } catch (RuntimeException e) {
                throw Closing.after(e, model::close);
            }
        } catch (RuntimeException e) {
            throw Closing.after(e, setup::discard);
        }
    }

    private static NamedModel find(CarrierContext context, DeviceLocator locator) {
        return NamedModel.find(new NamedModel.Kinds(models(context), wrappers(context)), locator.target());
    }
}
