// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Providers;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.Storeys;
import io.jvfio.device.VariantChoice;
import io.jvfio.device.VariantPolicy;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.InterruptDispatcher;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.FakeDevice;
import io.jvfio.pci.PciFixture;
import io.jvfio.variant.StackReport.Candidate;
import io.jvfio.variant.StackReport.Outcome;
import io.jvfio.variant.StackReport.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Layers and a variant on a device, from their providers. */
class StackingTest {
    private static final VariantRule RULE = VariantRule.of(0x1234, 0x11e8);

    private final PciFixture fixture = new PciFixture();
    private final FakeDevice device = fixture.fake;
    private final CarrierContext real = CarrierContext.of();
    private final List<Providers.Failure> failures = new ArrayList<>();

    @AfterEach
    void close() {
        fixture.close();
        real.dispatcher().close();
    }

    /** A context that has found what the test gives. */
    private final class Found implements CarrierContext, HasCalls {
        private final List<?> providers;

        Found(List<?> providers) {
            this.providers = providers;
        }

        @Override
        public InterruptDispatcher dispatcher() {
            return real.dispatcher();
        }

        @Override
        public <S> List<S> find(Class<S> service, Function<ClassLoader, ServiceLoader<S>> open) {
            return providers.stream()
                    .filter(service::isInstance)
                    .<S>map(service::cast)
                    .toList();
        }

        @Override
        public <S> Map<String, S> named(
                Class<S> service, Function<ClassLoader, ServiceLoader<S>> open, Function<? super S, String> name) {
            return Map.of();
        }

        @Override
        public void report(Providers.Failure failure) {
            failures.add(failure);
        }

        @Override
        public List<Providers.Failure> providerFailures() {
            return failures;
        }

        @Override
        public SystemCalls systemCalls() {
            return SystemCalls.linux();
        }
    }

    /** A layer that there is not. */
    private record Layer(String id, Set<Integer> claims, Function<VariantView, Verdict> asked, ConfigOverlay overlay)
            implements PlatformLayerProvider {
        Layer(String id, Integer... claims) {
            this(id, Set.of(claims), view -> Verdict.accept(), ConfigOverlay.none());
        }

        @Override
        public Verdict probe(VariantView device) {
            return asked.apply(device);
        }

        @Override
        public VfioDevice open(VfioDevice below, VariantContext context) {
            return new VariantDevice(below, context, Additions.none().withOverlay(overlay)) {};
        }
    }

    private DeviceStack put(VfioDevice lowest, OpenOptions options, Object... providers) {
        return new Stacking(new Found(List.of(providers))).put(lowest, options);
    }

    private DeviceStack put(Object... providers) {
        return put(device, OpenOptions.defaults(), providers);
    }

    private static Candidate layer(DeviceStack stack, String id) {
        return stack.report().layers().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void layers_lie_below_the_variant_in_the_order_of_their_ids_however_they_were_found() {
        List<Object> providers = new ArrayList<>(
                List.of(new Layer("zpci", 1), new Layer("eeh", 2), new Layer("cxl"), Invented.of("acme", RULE)));
        Random random = new Random(5);
        for (int i = 0; i < 10; i++) {
            Collections.shuffle(providers, random);
            DeviceStack stack = put(providers.toArray());
            assertThat(Storeys.of(stack.device()).ids()).containsExactly("cxl", "eeh", "zpci", "acme");
            assertThat(stack.report().layers()).extracting(Candidate::id).containsExactly("cxl", "eeh", "zpci");
            assertThat(stack.report().layers()).extracting(Candidate::state).containsOnly(State.CHOSEN);
            assertThat(stack.report().chosen()).isEqualTo("acme");
        }
    }

    /** A layer that says when it was told of a reset, and can ask for one. */
    private record Resetting(String id, List<String> told, List<VariantContext> contexts)
            implements PlatformLayerProvider {
        @Override
        public Set<Integer> claims() {
            return Set.of();
        }

        @Override
        public Verdict probe(VariantView device) {
            return Verdict.accept();
        }

        @Override
        public VfioDevice open(VfioDevice below, VariantContext context) {
            contexts.add(context);
            return new VariantDevice(below, context, Additions.none()) {
                @Override
                protected void wasReset(ResetCause cause) {
                    told.add(id + " " + cause);
                }
            };
        }
    }

    @Test
    void a_reset_that_a_storey_asks_for_is_told_to_all_storeys_above_too() {
        List<String> told = new ArrayList<>();
        List<VariantContext> contexts = new ArrayList<>();
        put(new Resetting("a", told, contexts), new Resetting("b", told, contexts), new Resetting("c", told, contexts));
        assertThat(contexts).hasSize(3);
        contexts.forEach(VariantContext::reset);
        List<String> once = List.of("a FUNCTION", "b FUNCTION", "c FUNCTION");
        assertThat(told)
                .containsExactlyElementsOf(Collections.nCopies(3, once).stream()
                        .flatMap(List::stream)
                        .toList());
    }

    @Test
    void a_layer_applies_by_what_the_device_reports_and_alone_too() {
        Layer reporting = new Layer(
                "zpci",
                Set.of(1),
                view -> view.info().capability(1).isPresent() ? Verdict.accept() : Verdict.decline("no zPCI"),
                ConfigOverlay.none());
        DeviceStack without = put(reporting);
        assertThat(without.device()).isSameAs(device);
        assertThat(layer(without, "zpci").state()).isEqualTo(State.DECLINED);
        assertThat(without.report().outcome()).isEqualTo(Outcome.GENERIC);
        DeviceStack with = put(new Layer("eeh"));
        assertThat(Storeys.of(with.device()).ids()).containsExactly("eeh");
        assertThat(with.report().outcome()).isEqualTo(Outcome.GENERIC);
    }

    @Test
    void a_layer_and_a_variant_of_one_id_are_duplicates_of_each_other() {
        VariantRule other = VariantRule.of(0x1234, 1);
        DeviceStack stack = put(new Layer("same"), Invented.of("same", other), new Layer("eeh"));
        assertThat(Storeys.of(stack.device()).ids()).containsExactly("eeh");
        Object[] both = {new Layer("same"), Invented.of("same", RULE)};
        assertThatThrownBy(() -> put(both))
                .isInstanceOfSatisfying(VariantException.class, e -> {
                    assertThat(e.code()).isEqualTo(VariantException.Code.DUPLICATE_PROVIDER);
                    assertThat(Objects.requireNonNull(e.report()).layers())
                            .extracting(Candidate::state)
                            .containsExactly(State.DUPLICATE);
                })
                .hasMessageContaining(Layer.class.getName())
                .hasMessageContaining(Invented.class.getName());
    }

    @Test
    void layers_that_claim_the_same_are_out_unless_the_policy_settles_it() {
        Layer one = new Layer("one", 1, 2);
        Layer two = new Layer("two", 2, 3);
        DeviceStack stack = put(one, two, new Layer("three", 4), new Layer("same"), new Layer("same", 5));
        assertThat(Storeys.of(stack.device()).ids()).containsExactly("three");
        assertThat(layer(stack, "one").state()).isEqualTo(State.DUPLICATE);
        assertThat(layer(stack, "two").reason()).startsWith("claims the same as " + Layer.class.getName());
        assertThat(layer(stack, "same").reason()).startsWith("has the id of " + Layer.class.getName());
        VariantPolicy settled =
                new VariantPolicy(List.of(new VariantPolicy.Line(VariantPolicy.Verb.DENY, "two", "", "site.conf:1")));
        DeviceStack other = put(device, OpenOptions.defaults().withVariantPolicy(settled), one, two);
        assertThat(Storeys.of(other.device()).ids()).containsExactly("one");
        assertThat(layer(other, "two").reason()).isEqualTo("denied by site.conf:1");
    }

    @Test
    void a_layer_that_fails_when_it_is_asked_is_left_out() {
        Layer failing = new Layer(
                "bad",
                Set.of(),
                view -> {
                    throw new NoClassDefFoundError("a library");
                },
                ConfigOverlay.none());
        DeviceStack stack = put(failing, Invented.of("acme", RULE));
        assertThat(layer(stack, "bad").state()).isEqualTo(State.FAILED);
        assertThat(stack.report().chosen()).isEqualTo("acme");
    }

    @Test
    void a_variant_is_chosen_by_what_the_layers_show() {
        Layer renaming = new Layer(
                "renaming",
                Set.of(),
                view -> Verdict.accept(),
                ConfigOverlay.builder()
                        .register(2, 2, 0x5555, io.jvfio.pci.config.FieldAccess.RO)
                        .build());
        DeviceStack stack =
                put(renaming, Invented.of("real", RULE), Invented.of("shown", VariantRule.of(0x1234, 0x5555)));
        assertThat(stack.report().chosen()).isEqualTo("shown");
    }

    @Test
    void what_who_serves_the_device_has_put_on_it_is_left_out() {
        VfioDevice served = new ForwardingDevice(device) {
            @Override
            public <T> Optional<T> ability(Class<T> type) {
                return type == Storeys.class
                        ? Optional.of(type.cast(new Storeys(List.of("zpci", "acme"))))
                        : super.ability(type);
            }
        };
        DeviceStack stack =
                put(served, OpenOptions.defaults(), new Layer("zpci", 1), new Layer("eeh"), Invented.of("acme", RULE));
        assertThat(Storeys.of(stack.device()).ids()).containsExactly("zpci", "acme", "eeh");
        assertThat(stack.report().below()).containsExactly("zpci", "acme");
        assertThat(layer(stack, "zpci").state()).isEqualTo(State.BELOW);
        assertThat(stack.report().variants()).extracting(Candidate::state).containsExactly(State.BELOW);
    }

    @Test
    void none_puts_nothing_on_and_a_missing_provider_is_an_error_only_if_it_is_asked_for() {
        OpenOptions none = OpenOptions.defaults().withVariant(VariantChoice.none());
        DeviceStack stack = put(device, none, new Layer("eeh"), Invented.of("acme", RULE));
        assertThat(stack.device()).isSameAs(device);
        assertThat(stack.report().outcome()).isEqualTo(Outcome.NONE);
        assertThat(put().device()).isSameAs(device);
        VariantPolicy using =
                new VariantPolicy(List.of(new VariantPolicy.Line(VariantPolicy.Verb.USE, "acme", "", "site.conf:1")));
        assertThatThrownBy(() -> put(device, OpenOptions.defaults().withVariantPolicy(using)))
                .isInstanceOfSatisfying(
                        VariantException.class,
                        e -> assertThat(e.code()).isEqualTo(VariantException.Code.FORCED_VARIANT_MISSING));
        assertThat(device.log).containsExactly("device closed");
    }

    @Test
    void a_choice_that_fails_closes_the_device_and_brings_its_report() {
        Invented one = Invented.of("one", RULE);
        Invented two = Invented.of("two", RULE);
        assertThatThrownBy(() -> put(new Layer("eeh"), one, two)).isInstanceOfSatisfying(VariantException.class, e -> {
            assertThat(e.code()).isEqualTo(VariantException.Code.AMBIGUOUS_PROVIDER);
            assertThat(java.util.Objects.requireNonNull(e.report()).layers()).hasSize(1);
        });
        assertThat(device.log).containsExactly("device closed");
    }

    @Test
    void a_variant_that_fails_to_open_leaves_nothing_open() {
        for (Throwable failure : List.of(
                new VfioException("mmap", 12, "fake", "on purpose"),
                new IllegalStateException("on purpose"),
                new ArithmeticException("on purpose"),
                new NoSuchFieldError("on purpose"),
                new AssertionError("on purpose"))) {
            try (PciFixture other = new PciFixture()) {
                List<VariantContext> given = new ArrayList<>();
                Invented failing = Invented.of("acme", RULE).opened((below, context) -> {
                    given.add(context);
                    context.dma().allocate(4096);
                    context.interrupts().enable(InterruptType.MSIX, 1);
                    if (failure instanceof RuntimeException e) {
                        throw e;
                    }
                    throw (Error) failure;
                });
                assertThatThrownBy(() -> put(other.fake, OpenOptions.defaults(), new Layer("eeh"), failing))
                        .satisfiesAnyOf(
                                thrown -> assertThat(thrown).isSameAs(failure),
                                thrown -> assertThat(thrown).cause().isSameAs(failure));
                assertThat(other.fake.log)
                        .filteredOn(line -> !line.startsWith("config"))
                        .containsExactly("dma map", "irq 2 set", "irq 2 off", "dma unmap", "device closed");
                assertThatThrownBy(() -> given.getFirst().dma().allocate(4096))
                        .isInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Test
    void a_variant_that_opens_nothing_has_failed() {
        assertThatThrownBy(() -> put(Invented.of("acme", RULE).opened((below, context) -> null)))
                .isInstanceOfSatisfying(
                        VariantException.class, e -> assertThat(e.code()).isEqualTo(VariantException.Code.OPEN_FAILED));
        assertThat(device.log).containsExactly("device closed");
    }

    @Test
    void DMA_and_interrupts_of_a_variant_end_with_it_after_its_own_close() {
        List<DmaBuffer> buffers = new ArrayList<>();
        Invented using = Invented.of("acme", RULE).opened((below, context) -> {
            buffers.add(context.dma().allocate(4096));
            context.interrupts().enable(InterruptType.MSIX, 1);
            assertThat(context.id()).isEqualTo("acme");
            assertThat(context.logger()).isEqualTo("io.jvfio.variant.acme");
            assertThat(context.options()).isEqualTo(Map.of("mode", "fast"));
            assertThat(context.config().read16(0)).isEqualTo(0x1234);
            return new VariantDevice(below, context, Additions.none()) {
                @Override
                protected void release() {
                    device.log.add("released with " + buffers.getFirst().size());
                }
            };
        });
        DeviceStack stack =
                put(device, OpenOptions.defaults().withVariant(VariantChoice.parse("acme?mode=fast")), using);
        device.log.clear();
        stack.device().close();
        assertThat(device.log)
                .filteredOn(line -> !line.startsWith("config"))
                .containsExactly("released with 4096", "irq 2 off", "dma unmap", "device closed");
    }

    @Test
    void a_variant_that_is_built_on_something_else_is_told_and_its_context_ends_with_it() {
        List<VariantContext> given = new ArrayList<>();
        Invented plain = Invented.of("acme", RULE).opened((below, context) -> {
            given.add(context);
            context.dma().allocate(4096);
            return new ForwardingDevice(below);
        });
        DeviceStack stack = put(new Layer("eeh"), plain);
        assertThat(Storeys.of(stack.device()).ids()).containsExactly("eeh", "acme");
        stack.device().close();
        assertThat(device.log).containsExactly("dma map", "dma unmap", "device closed");
        assertThatThrownBy(() -> given.getFirst().dma().allocate(4096)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void who_cannot_say_what_it_is_is_reported_to_the_context() {
        put(new Layer("Capital"), new Layer("eeh"), Invented.of("no id"));
        assertThat(failures)
                .extracting(Providers.Failure::service)
                .containsExactlyInAnyOrder(
                        PlatformLayerProvider.class.getName(), DeviceVariantProvider.class.getName());
    }

    @Test
    void a_device_that_is_not_open_is_ranked_and_layers_that_are_out_are_told() {
        VariantPolicy denying =
                new VariantPolicy(List.of(new VariantPolicy.Line(VariantPolicy.Verb.DENY, "eeh", "", "site.conf:1")));
        DeviceIdentity identity = new DeviceIdentity(
                Modalias.parse("pci:v00001234d000011E8sv00000000sd00000000bc00scFFi00"), 0x10, Optional.empty());
        StackReport report = new Stacking(
                        new Found(List.of(new Layer("eeh"), new Layer("cxl"), Invented.of("acme", RULE))))
                .rank(identity, OpenOptions.defaults().withVariantPolicy(denying));
        assertThat(report.outcome()).isEqualTo(Outcome.OPEN);
        assertThat(report.layers()).extracting(Candidate::state).containsExactly(State.ASKED_WHEN_OPENED, State.DENIED);
        StackReport missing = new Stacking(new Found(List.of(Invented.of("acme", RULE))))
                .rank(identity, OpenOptions.defaults().withVariant(VariantChoice.of("other")));
        assertThat(missing.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(missing.notes()).containsExactly("there is no variant other; there are acme");
    }
}
