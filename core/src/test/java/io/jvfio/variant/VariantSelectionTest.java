// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jvfio.PciAddress;
import io.jvfio.device.RegionType;
import io.jvfio.device.VariantChoice;
import io.jvfio.device.VariantPolicy;
import io.jvfio.device.VariantPolicy.Line;
import io.jvfio.device.VariantPolicy.Verb;
import io.jvfio.host.SriovRole;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.variant.StackReport.Candidate;
import io.jvfio.variant.StackReport.Outcome;
import io.jvfio.variant.StackReport.State;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several variants drives a device. */
class VariantSelectionTest {
    private static final String CONNECTX_VF = "pci:v000015B3d0000101Esv000015B3sd00000083bc02sc00i00";
    private static final String NVME = "pci:v0000144Dd0000A80Asv0000144Dsd0000A801bc01sc08i02";
    private static final String ISM = "pci:v00001014d000004EDsv00001014sd00000000bcFFsc00i00";
    private static final String VIRTIO = "pci:v00001AF4d00001041sv00001AF4sd00001100bc02sc00i00";
    private static final String ACME = "pci:v0000ABCDd00000002sv00000000sd00000000bc02sc00i00";
    private static final String IGD = "pci:v00008086d00003E92sv00001028sd00000869bc03sc00i00";
    private static final RegionType OPREGION = new RegionType(0x8000_8086, 1);
    private static final PciAddress ADDRESS = PciAddress.parse("0000:3b:00.2");

    private static final List<Verb> VERBS = List.of(Verb.values());

    private final PlainFunction device = new PlainFunction();
    private final List<String> broken = new ArrayList<>();

    private static VariantRule rule(String fields) {
        return VariantRule.of(MatchRule.parse(fields).orElseThrow());
    }

    private static Invented connectX() {
        return Invented.of("mlx.cx-vf", VariantRule.of(0x15b3, 0x101e));
    }

    private static Invented nvme(String id) {
        return Invented.of(id, rule("v*d*sv*sd*bc01sc08i02"));
    }

    private static Invented samsung() {
        return Invented.of("samsung.nvme", rule("v0000144Dd*sv*sd*bc01sc08i02"));
    }

    private static DeviceIdentity function(String modalias) {
        return new DeviceIdentity(Modalias.parse(modalias), 0, Optional.empty());
    }

    private static DeviceIdentity function(String modalias, SriovRole role, String driver) {
        return new DeviceIdentity(
                Modalias.parse(modalias), 3, Optional.of(new FunctionFacts(ADDRESS, role, Optional.of(driver), -1)));
    }

    private static VariantPolicy policy(Line... lines) {
        return new VariantPolicy(List.of(lines));
    }

    private static Line line(Verb verb, String id, String device) {
        return new Line(verb, id, device, "site.conf:" + verb);
    }

    private VariantSelection.Answer choose(
            DeviceIdentity identity,
            VariantChoice request,
            VariantPolicy policy,
            List<String> below,
            DeviceVariantProvider... providers) {
        List<KnownProvider> known = KnownProvider.variants(
                List.of(providers), (provider, error) -> broken.add(provider.getClass() + ": " + error));
        return new VariantSelection(
                        known,
                        new VariantSelection.Question(
                                identity,
                                request,
                                new PolicyView(policy, identity),
                                List.of(),
                                below,
                                () -> new VariantView(device, identity, request.options())))
                .choose();
    }

    private VariantSelection.Answer choose(String modalias, DeviceVariantProvider... providers) {
        return choose(function(modalias), VariantChoice.auto(), VariantPolicy.empty(), List.of(), providers);
    }

    private VariantSelection.Answer forced(VariantChoice request, DeviceVariantProvider... providers) {
        return choose(function(NVME), request, VariantPolicy.empty(), List.of(), providers);
    }

    private VariantSelection.Answer policed(VariantPolicy policy, DeviceVariantProvider... providers) {
        return choose(function(NVME, SriovRole.NONE, "vfio-pci"), VariantChoice.auto(), policy, List.of(), providers);
    }

    private static String chosen(VariantSelection.Answer answer) {
        return answer.chosen() == null ? "" : answer.chosen().id();
    }

    private static Candidate candidate(VariantSelection.Answer answer, String id) {
        return answer.candidates().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        CONNECTX_VF + ", mlx.cx-vf, SELECT",
        NVME + ", acme.nvme, SELECT",
        ISM + ", '', GENERIC",
        VIRTIO + ", virtio.net, SELECT",
        ACME + ", acme.a, SELECT",
        "pci:v000015B3d0000101Dsv000015B3sd00000083bc02sc00i00, acme.class, SELECT",
        "pci:v000015B3d0000101Dsv000015B3sd00000083bc02sc01i00, '', GENERIC",
    })
    void fewer_wild_fields_win_and_of_as_many_the_vendor_counts_most(String modalias, String id, Outcome outcome) {
        VariantSelection.Answer answer = choose(
                modalias,
                Invented.of("acme.class", rule("v*d*sv*sd*bc02sc00i*")),
                connectX(),
                Invented.of("virtio.net", rule("v00001AF4d00001041sv*sd*bc*sc*i*")),
                Invented.of("acme.a", rule("v0000ABCDd00000002sv*sd*bc*sc*i*")),
                Invented.of("acme.nvme", rule("v*d*sv*sd*bc01sc08i02*")));
        assertThat(chosen(answer)).isEqualTo(id);
        assertThat(answer.outcome()).isEqualTo(outcome);
        assertThat(answer.failure()).isNull();
    }

    @Test
    void J1_one_that_describes_the_device_is_taken() {
        assertThat(chosen(choose(CONNECTX_VF, connectX()))).isEqualTo("mlx.cx-vf");
        assertThat(choose(NVME, connectX()).outcome()).isEqualTo(Outcome.GENERIC);
        assertThat(candidate(choose(NVME, connectX()), "mlx.cx-vf").state()).isEqualTo(State.NO_MATCH);
    }

    @Test
    void J2_of_two_with_one_id_none_is_there_and_only_devices_that_one_describes_fail() {
        Invented other = Invented.of("mlx.cx-vf", rule("v*d*sv*sd*bc02sc*i*"));
        VariantSelection.Answer answer = choose(CONNECTX_VF, connectX(), other, nvme("nvme"));
        assertThat(answer.outcome()).isEqualTo(Outcome.DUPLICATE);
        assertThat(answer.failure()).isEqualTo(VariantException.Code.DUPLICATE_PROVIDER);
        assertThat(answer.message()).contains("mlx.cx-vf").contains(Invented.class.getName() + " in file:");
        assertThat(answer.candidates())
                .filteredOn(each -> each.state() == State.DUPLICATE)
                .hasSize(2);
        assertThat(chosen(choose(NVME, connectX(), other, nvme("nvme")))).isEqualTo("nvme");
        Invented third = Invented.of("acme.net", rule("v*d*sv*sd*bc02sc00i00"));
        assertThat(chosen(choose(
                        function(CONNECTX_VF),
                        VariantChoice.of("acme.net"),
                        VariantPolicy.empty(),
                        List.of(),
                        connectX(),
                        other,
                        third)))
                .isEqualTo("acme.net");
        assertThat(forced(VariantChoice.of("mlx.cx-vf"), connectX(), other).failure())
                .isEqualTo(VariantException.Code.DUPLICATE_PROVIDER);
        assertThat(chosen(choose(
                        function(CONNECTX_VF),
                        VariantChoice.auto(),
                        policy(line(Verb.DENY, "mlx.cx-vf", "")),
                        List.of(),
                        connectX(),
                        other,
                        third)))
                .isEqualTo("acme.net");
    }

    @Test
    void J3_a_tie_is_an_error_that_names_both_unless_one_declines() {
        VariantSelection.Answer tie = choose(NVME, nvme("b.nvme"), nvme("a.nvme"));
        assertThat(tie.outcome()).isEqualTo(Outcome.AMBIGUOUS);
        assertThat(tie.failure()).isEqualTo(VariantException.Code.AMBIGUOUS_PROVIDER);
        assertThat(tie.message()).startsWith("a.nvme and b.nvme").contains("java prefer a.nvme");
        assertThat(tie.notes()).contains(tie.message());
        VariantSelection.Answer one =
                choose(NVME, nvme("b.nvme"), nvme("a.nvme").declining());
        assertThat(chosen(one)).isEqualTo("b.nvme");
        assertThat(candidate(one, "a.nvme").reason()).isEqualTo("old firmware");
    }

    @Test
    void a_tie_can_be_settled_by_taking_none_or_by_a_preference() {
        VariantSelection.Answer none = choose(
                function(NVME),
                VariantChoice.auto().withOnTie(VariantChoice.OnTie.GENERIC),
                VariantPolicy.empty(),
                List.of(),
                nvme("a.nvme"),
                nvme("b.nvme"),
                Invented.of("storage", rule("v*d*sv*sd*bc01sc*i*")));
        assertThat(none.outcome()).isEqualTo(Outcome.GENERIC);
        assertThat(none.notes()).anySatisfy(note -> assertThat(note).contains("a.nvme and b.nvme"));
        VariantPolicy preferring = policy(line(Verb.PREFER, "b.nvme", ""), line(Verb.PREFER, "a.nvme", ""));
        assertThat(chosen(policed(preferring, nvme("a.nvme"), nvme("b.nvme"), nvme("c.nvme"))))
                .isEqualTo("b.nvme");
        assertThat(chosen(policed(preferring, nvme("a.nvme"), nvme("b.nvme").declining())))
                .isEqualTo("a.nvme");
        assertThat(chosen(policed(policy(line(Verb.PREFER, "a.nvme", "")), nvme("a.nvme"), samsung())))
                .as("a preference settles nothing else")
                .isEqualTo("samsung.nvme");
    }

    @Test
    void J4_and_J5_the_closer_is_asked_first_and_the_next_if_it_declines() {
        VariantSelection.Answer closer = choose(NVME, nvme("nvme"), samsung());
        assertThat(chosen(closer)).isEqualTo("samsung.nvme");
        assertThat(candidate(closer, "nvme").state()).isEqualTo(State.NOT_ASKED);
        VariantSelection.Answer next = choose(NVME, nvme("nvme"), samsung().declining());
        assertThat(chosen(next)).isEqualTo("nvme");
        assertThat(next.candidates()).extracting(Candidate::id).containsExactly("samsung.nvme", "nvme");
        assertThat(candidate(next, "samsung.nvme").state()).isEqualTo(State.DECLINED);
    }

    /** Cannot say what it drives. */
    private record Broken(String id, RuntimeException error) implements DeviceVariantProvider {
        @Override
        public List<VariantRule> rules() {
            throw error;
        }

        @Override
        public io.jvfio.device.VfioDevice open(io.jvfio.device.VfioDevice below, VariantContext context) {
            throw error;
        }
    }

    /** Cannot even say its name. */
    private record Mute(Error error) implements DeviceVariantProvider {
        @Override
        public String id() {
            throw error;
        }

        @Override
        public List<VariantRule> rules() {
            return List.of();
        }

        @Override
        public io.jvfio.device.VfioDevice open(io.jvfio.device.VfioDevice below, VariantContext context) {
            throw error;
        }
    }

    @Test
    void J6_what_cannot_say_what_it_is_is_left_out_and_told_and_the_others_are_there() {
        VariantSelection.Answer answer = choose(
                NVME,
                new Mute(new NoClassDefFoundError("a library")),
                new Mute(new AssertionError("an assertion")),
                new Broken("bad", new IllegalStateException("no rules")),
                Invented.of("Capitals"),
                Invented.of(""),
                Invented.of("none"),
                Invented.of("auto"),
                Invented.of("has?mark"),
                nvme("nvme"));
        assertThat(chosen(answer)).isEqualTo("nvme");
        assertThat(broken)
                .hasSize(8)
                .anySatisfy(text -> assertThat(text).contains("a library"))
                .anySatisfy(text -> assertThat(text).contains("an assertion"))
                .anySatisfy(text -> assertThat(text).contains("no rules"))
                .anySatisfy(text -> assertThat(text).contains("Capitals"));
        assertThat(answer.candidates()).hasSize(1);
    }

    @Test
    void J7_what_else_a_rule_asks_for_settles_what_the_seven_fields_leave_open() {
        Invented any = Invented.of("x", VariantRule.of(0x15b3, 0x101e));
        Invented virtual = Invented.of("y", VariantRule.of(0x15b3, 0x101e).withSriov(SriovRole.VF));
        Invented young = Invented.of(
                "z", VariantRule.of(0x15b3, 0x101e).withSriov(SriovRole.VF).withRevisions(2, 3));
        Invented bound = Invented.of("d", VariantRule.of(0x15b3, 0x101e).withKernelDrivers(Set.of("mlx5_vfio_pci")));
        DeviceIdentity vf = function(CONNECTX_VF, SriovRole.VF, "vfio-pci");
        DeviceIdentity pf = function(CONNECTX_VF, SriovRole.PF, "mlx5_vfio_pci");
        assertThat(chosen(choose(vf, VariantChoice.auto(), VariantPolicy.empty(), List.of(), any, virtual)))
                .isEqualTo("y");
        assertThat(chosen(choose(vf, VariantChoice.auto(), VariantPolicy.empty(), List.of(), any, virtual, young)))
                .isEqualTo("z");
        assertThat(chosen(choose(pf, VariantChoice.auto(), VariantPolicy.empty(), List.of(), any, virtual, young)))
                .isEqualTo("x");
        assertThat(chosen(choose(pf, VariantChoice.auto(), VariantPolicy.empty(), List.of(), any, bound)))
                .isEqualTo("d");
        assertThat(chosen(choose(CONNECTX_VF, any, virtual, bound)))
                .as("facts that a carrier does not have match only rules that leave them open")
                .isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void J8_the_order_in_which_providers_come_changes_nothing(long seed) {
        Random random = new Random(seed);
        List<String> devices = List.of(CONNECTX_VF, NVME, ISM, VIRTIO, ACME, IGD);
        for (int round = 0; round < 400; round++) {
            Modalias modalias = Modalias.parse(devices.get(random.nextInt(devices.size())));
            DeviceIdentity identity = new DeviceIdentity(modalias, 3, Optional.empty());
            List<DeviceVariantProvider> providers = new ArrayList<>();
            List<Line> lines = new ArrayList<>();
            for (int i = random.nextInt(7); i >= 0; i--) {
                String id = "v" + random.nextInt(12);
                Invented made = Invented.of(id, random(random, modalias), random(random, modalias));
                providers.add(
                        switch (random.nextInt(5)) {
                            case 0 -> made.declining();
                            case 1 ->
                                made.asked(view -> {
                                    throw new IllegalStateException(id);
                                });
                            case 2 -> made.needing(VariantNeeds.none().withFeature(9));
                            default -> made;
                        });
                if (random.nextInt(4) == 0) {
                    Verb verb = VERBS.get(random.nextInt(VERBS.size()));
                    lines.add(line(verb, "v" + random.nextInt(12), ""));
                }
            }
            String first = null;
            for (int shuffle = 0; shuffle < 4; shuffle++) {
                Collections.shuffle(providers, random);
                VariantSelection.Answer answer = choose(
                        identity,
                        VariantChoice.auto(),
                        policy(lines.toArray(Line[]::new)),
                        List.of(),
                        providers.toArray(DeviceVariantProvider[]::new));
                String text = answer.outcome() + " " + chosen(answer) + " " + answer.message() + answer.notes()
                        + answer.candidates().stream()
                                .map(each -> each.id() + each.state() + each.reason())
                                .sorted()
                                .collect(Collectors.joining(","));
                first = first == null ? text : first;
                assertThat(text).as("round %s", round).isEqualTo(first);
            }
        }
    }

    private static VariantRule random(Random random, Modalias modalias) {
        MatchRule rule = MatchRule.any();
        for (MatchField field : MatchField.ALL) {
            if (random.nextInt(3) == 0) {
                rule = rule.with(field, random.nextInt(8) == 0 ? 0x55 : modalias.value(field));
            }
        }
        VariantRule made = VariantRule.of(rule);
        return random.nextInt(3) == 0 ? made.withRevisions(0, random.nextInt(8)) : made;
    }

    @Test
    void without_what_it_needs_a_variant_is_no_candidate() {
        Invented igd = Invented.of("intel.igd", rule("v00008086d*sv*sd*bc03sc*i*"))
                .needing(VariantNeeds.none().withRegion(OPREGION));
        VariantSelection.Answer without = choose(IGD, igd);
        assertThat(without.outcome()).isEqualTo(Outcome.GENERIC);
        assertThat(candidate(without, "intel.igd").state()).isEqualTo(State.LACKING);
        assertThat(candidate(without, "intel.igd").reason()).contains(OPREGION.toString());
        device.types.add(OPREGION);
        assertThat(chosen(choose(IGD, igd))).isEqualTo("intel.igd");
        assertThat(chosen(choose(NVME, igd))).isEmpty();
    }

    @Test
    void each_thing_that_is_lacking_is_told() {
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        VariantNeeds all = VariantNeeds.none()
                .withRegion(OPREGION)
                .withFeature(3)
                .withFeature(1)
                .withVectors(InterruptType.MSIX, 9)
                .withVectors(InterruptType.MSI, 0)
                .withByteOrder(other)
                .withKernelDrivers(Set.of("b-driver", "a_driver"));
        device.features.add(3);
        List<String> lacking =
                all.lacking(new VariantView(device, function(NVME, SriovRole.NONE, "vfio-pci"), Map.of()));
        assertThat(lacking)
                .containsExactly(
                        OPREGION.toString(),
                        "feature 1",
                        "9 vectors of MSI-X (it has 8)",
                        "a machine of another byte order than " + ByteOrder.nativeOrder(),
                        "the kernel driver a_driver or b-driver (bound: vfio-pci)");
        assertThat(VariantNeeds.none()
                        .withByteOrder(other)
                        .withByteOrder(ByteOrder.nativeOrder())
                        .lacking(new VariantView(device, function(NVME), Map.of())))
                .isEmpty();
    }

    @Test
    void what_a_variant_wants_in_vain_is_a_note() {
        Invented mlx = connectX()
                .wanting(VariantNeeds.none()
                        .withKernelDrivers(Set.of("mlx5_vfio_pci"))
                        .withFeature(2));
        VariantSelection.Answer answer = choose(
                function(CONNECTX_VF, SriovRole.VF, "vfio-pci"),
                VariantChoice.auto(),
                VariantPolicy.empty(),
                List.of(),
                mlx);
        assertThat(chosen(answer)).isEqualTo("mlx.cx-vf");
        assertThat(candidate(answer, "mlx.cx-vf").notes())
                .containsExactly("wants feature 2", "wants the kernel driver mlx5_vfio_pci (bound: vfio-pci)");
        device.features.add(2);
        VariantSelection.Answer bound = choose(
                function(CONNECTX_VF, SriovRole.VF, "mlx5_vfio_pci"),
                VariantChoice.auto(),
                VariantPolicy.empty(),
                List.of(),
                mlx);
        assertThat(candidate(bound, "mlx.cx-vf").notes()).isEmpty();
    }

    @Test
    void who_fails_when_asked_is_passed_over_unless_that_is_an_error() {
        Invented failing = samsung().asked(view -> {
            throw new NoSuchMethodError("gone");
        });
        VariantSelection.Answer answer = choose(NVME, failing, nvme("nvme"));
        assertThat(chosen(answer)).isEqualTo("nvme");
        assertThat(candidate(answer, "samsung.nvme").state()).isEqualTo(State.FAILED);
        assertThat(candidate(answer, "samsung.nvme").reason()).contains("gone");
        VariantSelection.Answer strict = choose(
                function(NVME),
                VariantChoice.auto().strictly(),
                VariantPolicy.empty(),
                List.of(),
                failing,
                nvme("nvme"));
        assertThat(strict.failure()).isEqualTo(VariantException.Code.PROVIDER_FAILED);
        assertThat(strict.message()).contains("samsung.nvme").contains("gone");
        assertThat(candidate(choose(NVME, samsung().asked(view -> null)), "samsung.nvme")
                        .state())
                .isEqualTo(State.FAILED);
    }

    @Test
    void who_looks_at_too_much_has_failed_with_the_number() {
        Invented endless = samsung().asked(view -> {
            while (true) {
                view.config().read8(0);
            }
        });
        VariantSelection.Answer answer = choose(NVME, endless, nvme("nvme"));
        assertThat(chosen(answer)).isEqualTo("nvme");
        assertThat(candidate(answer, "samsung.nvme").reason()).contains("4096 accesses");
        assertThat(device.log).hasSize(VariantView.MOST_ACCESSES);
        Invented diligent = samsung()
                .needing(VariantNeeds.none().withFeature(1))
                .wanting(VariantNeeds.none().withFeature(2))
                .asked(view -> {
                    for (int i = 0; i < VariantView.MOST_ACCESSES; i++) {
                        view.readRegister(0, 0, 4);
                    }
                    return Verdict.accept();
                });
        device.features.add(1);
        VariantSelection.Answer all = choose(NVME, diligent);
        assertThat(chosen(all)).as("its needs and wants are not counted").isEqualTo("samsung.nvme");
        assertThat(candidate(all, "samsung.nvme").notes()).containsExactly("wants feature 2");
    }

    @Test
    void a_forced_variant_has_to_be_there_and_to_take_the_device() {
        assertThat(chosen(forced(VariantChoice.of("nvme"), nvme("nvme"), samsung())))
                .isEqualTo("nvme");
        VariantSelection.Answer missing = forced(VariantChoice.of("other"), nvme("nvme"), samsung());
        assertThat(missing.failure()).isEqualTo(VariantException.Code.FORCED_VARIANT_MISSING);
        assertThat(missing.message()).contains("other").contains("nvme, samsung.nvme");
        VariantSelection.Answer declined =
                forced(VariantChoice.of("nvme"), nvme("nvme").declining(), samsung());
        assertThat(declined.failure()).isEqualTo(VariantException.Code.FORCED_VARIANT_DECLINED);
        assertThat(declined.message()).contains("old firmware");
        assertThat(forced(
                                VariantChoice.of("nvme"),
                                nvme("nvme").needing(VariantNeeds.none().withFeature(1)))
                        .failure())
                .isEqualTo(VariantException.Code.FORCED_VARIANT_DECLINED);
    }

    @Test
    void a_forced_variant_needs_no_rule_for_the_device() {
        VariantSelection.Answer answer = forced(VariantChoice.of("mlx.cx-vf"), connectX());
        assertThat(chosen(answer)).isEqualTo("mlx.cx-vf");
        assertThat(answer.outcome()).isEqualTo(Outcome.FORCED);
        assertThat(answer.notes()).containsExactly("no rule of mlx.cx-vf describes the device");
    }

    @Test
    void who_insists_gets_one_that_declines_but_not_one_that_fails_or_is_denied() {
        VariantChoice insisting = VariantChoice.of("nvme").insisting();
        VariantSelection.Answer answer = forced(insisting, nvme("nvme").declining());
        assertThat(chosen(answer)).isEqualTo("nvme");
        assertThat(answer.notes()).anySatisfy(note -> assertThat(note).contains("old firmware"));
        assertThat(chosen(forced(
                        insisting, nvme("nvme").needing(VariantNeeds.none().withFeature(1)))))
                .isEqualTo("nvme");
        assertThat(forced(insisting, nvme("nvme").asked(view -> {
                            throw new IllegalStateException("no");
                        }))
                        .failure())
                .isEqualTo(VariantException.Code.FORCED_VARIANT_DECLINED);
        assertThat(choose(function(NVME), insisting, policy(line(Verb.DENY, "nvme", "")), List.of(), nvme("nvme"))
                        .message())
                .contains("denied by site.conf:DENY");
    }

    @Test
    void a_policy_allows_and_denies_by_address_by_fields_and_for_all() {
        Line denied = line(Verb.DENY, "samsung.nvme", "0000:3b:00.2");
        assertThat(chosen(policed(policy(denied), samsung(), nvme("nvme")))).isEqualTo("nvme");
        assertThat(chosen(choose(
                        function(NVME), VariantChoice.auto(), policy(denied), List.of(), samsung(), nvme("nvme"))))
                .as("a device whose address is not known is another")
                .isEqualTo("samsung.nvme");
        assertThat(chosen(policed(policy(line(Verb.DENY, "samsung.nvme", "0000:3b:00.3")), samsung(), nvme("nvme"))))
                .isEqualTo("samsung.nvme");
        assertThat(chosen(policed(
                        policy(line(Verb.DENY, "samsung.nvme", "v0000144Dd*sv*sd*bc*sc*i*")), samsung(), nvme("nvme"))))
                .isEqualTo("nvme");
        VariantPolicy only = policy(line(Verb.ALLOW, "nvme", ""));
        VariantSelection.Answer restricted = policed(only, samsung(), nvme("nvme"));
        assertThat(chosen(restricted)).isEqualTo("nvme");
        assertThat(candidate(restricted, "samsung.nvme").state()).isEqualTo(State.DENIED);
        assertThat(candidate(restricted, "samsung.nvme").reason()).isEqualTo("not among those that the policy allows");
        assertThat(chosen(policed(
                        policy(line(Verb.DENY, "samsung.nvme", ""), line(Verb.ALLOW, "samsung.nvme", "")), samsung())))
                .as("the later line counts")
                .isEqualTo("samsung.nvme");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policed(policy(line(Verb.DENY, "nvme", "not a device")), nvme("nvme")))
                .withMessageContaining("site.conf:DENY");
    }

    @Test
    void the_line_that_describes_the_device_best_forces_unless_the_user_does() {
        VariantPolicy using = policy(
                line(Verb.USE, "c", "0000:3b:00.2"),
                line(Verb.USE, "b", "v0000144Dd*sv*sd*bc*sc*i*"),
                line(Verb.USE, "a", ""));
        VariantSelection.Answer answer = policed(using, nvme("a"), nvme("b"), nvme("c"));
        assertThat(chosen(answer)).isEqualTo("c");
        assertThat(answer.outcome()).isEqualTo(Outcome.FORCED);
        assertThat(answer.notes()).containsExactly("site.conf:USE forces c");
        assertThat(chosen(choose(
                        function(NVME), VariantChoice.auto(), using, List.of(), nvme("a"), nvme("b"), nvme("c"))))
                .isEqualTo("b");
        assertThat(chosen(
                        choose(function(ISM), VariantChoice.auto(), using, List.of(), nvme("a"), nvme("b"), nvme("c"))))
                .isEqualTo("a");
        assertThat(chosen(choose(
                        function(NVME, SriovRole.NONE, "vfio-pci"),
                        VariantChoice.of("a"),
                        using,
                        List.of(),
                        nvme("a"),
                        nvme("b"),
                        nvme("c"))))
                .isEqualTo("a");
        assertThat(policed(policy(line(Verb.USE, "absent", "")), nvme("a")).failure())
                .isEqualTo(VariantException.Code.FORCED_VARIANT_MISSING);
    }

    @Test
    void options_for_a_variant_that_the_device_is_made_of_already_are_refused() {
        VariantSelection.Answer answer = choose(
                function(NVME),
                VariantChoice.parse("samsung.nvme?queues=2"),
                VariantPolicy.empty(),
                List.of("samsung.nvme"),
                samsung());
        assertThat(answer.failure()).isEqualTo(VariantException.Code.FORCED_VARIANT_DECLINED);
        assertThat(answer.message()).contains("who serves the device").contains("{queues=2}");
    }

    @Test
    void what_the_device_is_made_of_already_is_not_put_on_it_again() {
        for (VariantChoice request : List.of(VariantChoice.auto(), VariantChoice.of("samsung.nvme"))) {
            VariantSelection.Answer answer = choose(
                    function(NVME),
                    request,
                    VariantPolicy.empty(),
                    List.of("zpci", "samsung.nvme"),
                    samsung(),
                    nvme("nvme"));
            assertThat(answer.chosen()).isNull();
            assertThat(answer.failure()).isNull();
            assertThat(candidate(answer, "samsung.nvme").state()).isEqualTo(State.BELOW);
            assertThat(answer.notes()).hasSize(1);
        }
        assertThat(chosen(choose(
                        function(NVME),
                        VariantChoice.of("nvme"),
                        VariantPolicy.empty(),
                        List.of("samsung.nvme"),
                        samsung(),
                        nvme("nvme"))))
                .isEqualTo("nvme");
    }

    @Test
    void a_device_that_is_not_open_ranks_and_asks_nobody() {
        List<KnownProvider> known = KnownProvider.variants(
                List.of(
                        nvme("nvme").asked(view -> {
                            throw new AssertionError("asked");
                        }),
                        samsung(),
                        connectX()),
                (provider, error) -> broken.add(error.toString()));
        PolicyView policy = new PolicyView(VariantPolicy.empty(), function(NVME));
        for (VariantChoice request : List.of(VariantChoice.auto(), VariantChoice.of("nvme"))) {
            VariantSelection.Answer answer = new VariantSelection(
                            known,
                            new VariantSelection.Question(function(NVME), request, policy, List.of(), List.of(), null))
                    .choose();
            assertThat(answer.outcome()).isEqualTo(Outcome.OPEN);
            assertThat(answer.candidates())
                    .extracting(Candidate::id)
                    .containsExactly("samsung.nvme", "nvme", "mlx.cx-vf");
            assertThat(candidate(answer, "nvme").state()).isEqualTo(State.ASKED_WHEN_OPENED);
        }
    }
}
