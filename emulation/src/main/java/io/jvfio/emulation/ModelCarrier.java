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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Opens models by locators of the form {@code model:NAME?key=value&...}.
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
        requireProvider(context, like);
        return EmulatedIommu.of(context, EmulatedIommu.Settings.defaults());
    }

    EmulatedDevice open(
            CarrierContext context, DeviceLocator locator, EmulationOptions options, @Nullable AddressSpace space) {
        return open(context, requireProvider(context, locator), query(locator), options, space);
    }

    static EmulatedDevice open(
            CarrierContext context,
            ModelProvider provider,
            String query,
            EmulationOptions given,
            @Nullable AddressSpace space) {
        List<ModelOption> known = new ArrayList<>(provider.options());
        known.addAll(commonOptions());
        ModelOptions parsed = ModelOptions.parse(provider.name(), query, known);
        EmulationOptions faulty =
                parsed.has(FAULTS.key()) ? given.withFaults(FaultPlan.parse(parsed.text(FAULTS.key()))) : given;
        EmulationOptions options = parsed.flag(DIAGNOSTICS.key()) ? faulty.withDiagnostics(true) : faulty;
        String name = SCHEME + ":" + provider.name() + (query.isEmpty() ? "" : "?" + query);
        return RegistrySpace.open(
                space, ModelAttachment::own, () -> EmulatedIommu.of(context, options.iommu()), (joined, owned) -> {
                    ModelSetup setup = new ModelSetup(HasCalls.of(context), name, options);
                    EmulatedDevice device =
                            create(context, setup, provider, parsed, joined).watched();
                    return owned ? device.owning(joined) : device;
                });
    }

    private static EmulatedDevice create(
            CarrierContext context, ModelSetup setup, ModelProvider provider, ModelOptions query, EmulatedIommu space) {
        try {
            DeviceModel model = provider.create(setup, query);
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

    private static ModelProvider requireProvider(CarrierContext context, DeviceLocator locator) {
        String target = locator.target();
        int question = target.indexOf('?');
        String name = question < 0 ? target : target.substring(0, question);
        Map<String, ModelProvider> models = models(context);
        ModelProvider provider = models.get(name);
        if (provider == null) {
            throw new IllegalArgumentException(
                    "there is no model \"" + name + "\"; known models: " + String.join(", ", models.keySet()));
        }
        return provider;
    }

    private static String query(DeviceLocator locator) {
        String target = locator.target();
        int question = target.indexOf('?');
        return question < 0 ? "" : target.substring(question + 1);
    }
}
