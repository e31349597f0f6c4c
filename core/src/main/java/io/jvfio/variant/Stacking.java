// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Closing;
import io.jvfio.Providers;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.Storeys;
import io.jvfio.device.VariantChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.variant.StackReport.Candidate;
import io.jvfio.variant.StackReport.Outcome;
import io.jvfio.variant.StackReport.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Puts layers and a variant on devices, for who opens devices; a program uses {@code Vfio}.
 *
 * <p>Threads: thread-safe.
 */
public final class Stacking {
    private final CarrierContext context;
    private final List<KnownProvider> variants;
    private final List<KnownProvider> layers;

    /** What a context has of layers and variants. Those that cannot say what they are, are reported to it. */
    public Stacking(CarrierContext context) {
        this.context = Objects.requireNonNull(context, "context");
        this.variants = KnownProvider.variants(
                context.find(
                        DeviceVariantProvider.class, loader -> ServiceLoader.load(DeviceVariantProvider.class, loader)),
                (provider, error) -> broken(DeviceVariantProvider.class, error));
        this.layers = KnownProvider.layers(
                context.find(
                        PlatformLayerProvider.class, loader -> ServiceLoader.load(PlatformLayerProvider.class, loader)),
                (provider, error) -> broken(PlatformLayerProvider.class, error));
    }

    private void broken(Class<?> service, Throwable error) {
        context.report(new Providers.Failure(service.getName(), error));
    }

    /**
     * Puts on a device what the options say.
     *
     * @param device taken over, also on failure
     * @throws VariantException if no variant can be chosen, or the chosen one cannot be put on the device
     * @throws VfioException if a layer or variant finds the device unwilling
     */
    public DeviceStack put(VfioDevice device, OpenOptions options) {
        VariantChoice request = options.variant();
        VfioDevice top = device;
        List<StoreyContext> contexts = new ArrayList<>();
        try {
            if (request.mode() == VariantChoice.Mode.NONE || !device.info().pci()) {
                return nothing(device, request, Outcome.NONE);
            }
            if (variants.isEmpty()
                    && layers.isEmpty()
                    && request.mode() == VariantChoice.Mode.AUTO
                    && options.variantPolicy().lines().isEmpty()) {
                return nothing(device, request, Outcome.GENERIC);
            }
            DeviceIdentity identity = DeviceIdentity.of(device);
            List<String> below = Storeys.of(device).ids();
            PolicyView policy = new PolicyView(options.variantPolicy(), identity);
            List<Candidate> laid = new ArrayList<>();
            for (KnownProvider layer : layers) {
                Candidate asked = layer(layer, top, identity, policy, below);
                if (asked.state() == State.ACCEPTED) {
                    top = on(top, layer, Map.of(), contexts);
                    asked = with(asked, State.CHOSEN);
                }
                laid.add(asked);
            }
            VfioDevice seen = top;
            DeviceIdentity presented = top.equals(device) ? identity : DeviceIdentity.of(top);
            VariantSelection.Answer answer = new VariantSelection(
                            variants,
                            new VariantSelection.Question(
                                    presented,
                                    request,
                                    policy,
                                    layers,
                                    below,
                                    () -> new VariantView(seen, presented, request.options())))
                    .choose();
            StackReport report = report(presented, answer, below, laid);
            if (answer.failure() != null) {
                throw new VariantException(answer.failure(), device + ": " + answer.message(), report, null);
            }
            if (answer.chosen() != null) {
                top = on(top, answer.chosen(), answer.request().options(), contexts);
            }
            for (StoreyContext each : contexts) {
                each.standsUnder(top);
            }
            return new DeviceStack(top, report);
        } catch (RuntimeException e) {
            throw Closing.after(e, top);
        } catch (Error e) {
            throw Closing.after(e, top);
        }
    }

    /**
     * What would be put on a device that is not open: by its numbers alone. What only the open device tells is marked.
     *
     * @param device its numbers
     * @throws IllegalArgumentException if the policy in the options is malformed
     */
    public StackReport rank(DeviceIdentity device, OpenOptions options) {
        if (options.variant().mode() == VariantChoice.Mode.NONE) {
            return new StackReport(
                    Optional.of(device),
                    options.variant(),
                    Outcome.NONE,
                    "",
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of());
        }
        PolicyView policy = new PolicyView(options.variantPolicy(), device);
        List<Candidate> asked = layers.stream()
                .map(layer -> setAside(layer, policy, List.of())
                        .orElseGet(() -> candidate(layer, State.ASKED_WHEN_OPENED, "")))
                .toList();
        VariantSelection.Answer answer = new VariantSelection(
                        variants,
                        new VariantSelection.Question(device, options.variant(), policy, layers, List.of(), null))
                .choose();
        return report(device, answer, List.of(), asked);
    }

    private static DeviceStack nothing(VfioDevice device, VariantChoice request, Outcome outcome) {
        return new DeviceStack(
                device,
                new StackReport(
                        Optional.empty(),
                        request,
                        outcome,
                        "",
                        Storeys.of(device).ids(),
                        List.of(),
                        List.of(),
                        List.of()));
    }

    private static StackReport report(
            DeviceIdentity identity, VariantSelection.Answer answer, List<String> below, List<Candidate> layers) {
        KnownProvider chosen = answer.chosen();
        return new StackReport(
                Optional.of(identity),
                answer.request(),
                answer.outcome(),
                chosen == null ? "" : chosen.id(),
                below,
                layers,
                answer.candidates(),
                answer.notes());
    }

    /** What becomes of a layer. */
    private Candidate layer(
            KnownProvider layer, VfioDevice device, DeviceIdentity identity, PolicyView policy, List<String> below) {
        Optional<Candidate> aside = setAside(layer, policy, below);
        if (aside.isPresent()) {
            return aside.get();
        }
        try {
            Verdict verdict = Objects.requireNonNull(layer.layer()).probe(new VariantView(device, identity, Map.of()));
            return candidate(layer, verdict.accepted() ? State.ACCEPTED : State.DECLINED, verdict.reason());
        } catch (RuntimeException | Error e) {
            return candidate(layer, State.FAILED, e.toString());
        }
    }

    /** Why a layer is not even asked. A rival whom the policy denies is none. */
    private Optional<Candidate> setAside(KnownProvider layer, PolicyView policy, List<String> below) {
        String denial = policy.denial(layer.id());
        if (denial != null) {
            return Optional.of(candidate(layer, State.DENIED, denial));
        }
        Optional<String> rival = Stream.concat(layers.stream(), variants.stream())
                .filter(other -> !other.equals(layer) && policy.denial(other.id()) == null)
                .filter(other ->
                        other.id().equals(layer.id()) || other.claims().stream().anyMatch(layer.claims()::contains))
                .map(other -> (other.id().equals(layer.id()) ? "has the id of " : "claims the same as ")
                        + other.origin().type())
                .findFirst();
        if (rival.isPresent()) {
            return Optional.of(candidate(layer, State.DUPLICATE, rival.get()));
        }
        return below.contains(layer.id())
                ? Optional.of(candidate(layer, State.BELOW, "on the side of who serves the device"))
                : Optional.empty();
    }

    private static Candidate candidate(KnownProvider layer, State state, String reason) {
        return new Candidate(layer.id(), layer.origin(), Optional.empty(), state, reason, List.of());
    }

    private static Candidate with(Candidate candidate, State state) {
        return new Candidate(
                candidate.id(), candidate.origin(), candidate.rule(), state, candidate.reason(), candidate.notes());
    }

    /** Puts a storey on a device; the device stays open if that fails. */
    private VfioDevice on(
            VfioDevice below, KnownProvider provider, Map<String, String> options, List<StoreyContext> contexts) {
        StoreyContext given = new StoreyContext(provider.id(), below, new HashMap<>(options), context);
        try {
            DeviceVariantProvider variant = provider.variant();
            VfioDevice made = variant != null
                    ? variant.open(below, given)
                    : Objects.requireNonNull(provider.layer()).open(below, given);
            contexts.add(given);
            return made instanceof VariantDevice seated && seated.isSeatedIn(given)
                    ? made
                    : new Seated(Objects.requireNonNull(made, "what " + provider.id() + " opened"), below, given);
        } catch (VfioException | IllegalArgumentException | IllegalStateException e) {
            throw Closing.after(e, given);
        } catch (RuntimeException | Error e) {
            throw Closing.after(
                    new VariantException(
                            VariantException.Code.OPEN_FAILED,
                            provider.id() + " could not be put on " + below + ": " + e,
                            null,
                            e),
                    given);
        }
    }

    /** A storey that is not built on {@link VariantDevice}: its context ends with it, and its id is told. */
    private static final class Seated extends ForwardingDevice {
        private final StoreyContext context;
        private final Storeys storeys;

        Seated(VfioDevice made, VfioDevice below, StoreyContext context) {
            super(made);
            this.context = context;
            this.storeys = Storeys.of(below).with(context.id());
        }

        @Override
        public <T> Optional<T> ability(Class<T> type) {
            return type == Storeys.class ? Optional.of(type.cast(storeys)) : super.ability(type);
        }

        @Override
        public void reset() {
            super.reset();
            context.wasReset();
        }

        @Override
        public void close() {
            Closing steps = new Closing();
            steps.attempt(context::close);
            steps.attempt(super::close);
            steps.throwFirst();
        }
    }
}
