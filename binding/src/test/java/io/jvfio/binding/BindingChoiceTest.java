// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.binding.BindRequest.TiePolicy;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Decision.Outcome;
import io.jvfio.binding.Fixtures.Kernel;
import io.jvfio.binding.Hazard.Row;
import io.jvfio.binding.Hazard.Severity;
import io.jvfio.binding.ModuleFacts.State;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked cases of the choice of a kernel driver. */
class BindingChoiceTest {
    private static final BindRequest AUTO = BindRequest.auto();
    private static final List<String> TIE = List.of(
            "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci",
            "alias vfio_pci:v0000ABCDd00000001sv*sd*bc*sc*i* acme_a",
            "alias vfio_pci:v0000ABCDd00000001sv*sd*bc*sc*i* acme_b");

    private final Catalogue mainline = Fixtures.catalogue(Fixtures.MAINLINE);

    private static Decision with(Hazard hazard, BindRequest request) {
        DeviceSnapshot device = Fixtures.device(Fixtures.NVME, "nvme", null, false, List.of(hazard));
        return Fixtures.choose(device, Fixtures.catalogue(Fixtures.MAINLINE), request);
    }

    private static void isRefused(Decision decision, Row row) {
        assertThat(decision.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(decision.changes()).isFalse();
        assertThat(decision.failure().orElseThrow().name()).isEqualTo("REFUSED_" + row);
    }

    private static void chooses(Decision decision, Outcome outcome, String name) {
        assertThat(decision.outcome()).as("%s", decision).isEqualTo(outcome);
        assertThat(decision.name()).isEqualTo(name);
    }

    @Test
    void case_1_the_variant_wins_over_the_driver_for_everything() {
        Decision decision = Fixtures.choose(Fixtures.CONNECTX_VF, Fixtures.MAINLINE);

        chooses(decision, Outcome.SELECT, "mlx5_vfio_pci");
        assertThat(decision.key()).isEqualTo("K1");
        assertThat(decision.reason()).isEqualTo("best of 2, by K1 (5 < 7)");
        assertThat(decision.candidates())
                .extracting(one -> one.module() + " " + one.key().fieldText())
                .containsExactly("mlx5_vfio_pci 1100000", "vfio_pci 0000000");
        assertThat(decision.libvirt().module()).isEqualTo("mlx5_vfio_pci");
    }

    @Test
    void case_2_a_function_without_a_variant_gets_the_driver_for_everything() {
        Decision decision = Fixtures.choose(Fixtures.CONNECTX_PF, Fixtures.MAINLINE);

        chooses(decision, Outcome.SELECT, "vfio-pci");
        assertThat(decision.key()).isEqualTo("only");
        assertThat(decision.candidates()).hasSize(1);
    }

    @Test
    void case_3_a_named_driver_is_taken_and_a_better_one_is_told() {
        Decision decision =
                Fixtures.choose(Fixtures.device(Fixtures.CONNECTX_VF), mainline, AUTO.withDriver("vfio-pci"));

        chooses(decision, Outcome.FORCED, "vfio-pci");
        assertThat(decision.key()).isEqualTo("O1");
        assertThat(decision.notes()).containsExactly("BETTER_AVAILABLE: mlx5_vfio_pci");
        assertThat(decision.overrides())
                .singleElement()
                .satisfies(used -> assertThat(used.used()).isTrue());
    }

    @Test
    void case_4_the_driver_s_name_is_looked_up_and_never_spelled_from_the_module_s() {
        Catalogue loaded = new Kernel(Fixtures.MAINLINE)
                .state("xe_vfio_pci", State.LOADED, "xe-vfio-pci")
                .catalogue();

        Decision before = Fixtures.choose(Fixtures.BATTLEMAGE, Fixtures.MAINLINE);
        Decision after = Fixtures.choose(Fixtures.device(Fixtures.BATTLEMAGE), loaded, AUTO);

        assertThat(before.module()).isEqualTo("xe_vfio_pci");
        assertThat(before.driver()).isNull();
        assertThat(after.driver()).isEqualTo("xe-vfio-pci");
    }

    @Test
    void case_5_a_variant_that_does_nothing_for_this_function_is_told() {
        Decision decision = Fixtures.choose(Fixtures.VIRTIO_NET, Fixtures.MAINLINE);

        chooses(decision, Outcome.SELECT, "virtio_vfio_pci");
        assertThat(decision.notes()).singleElement().asString().contains("no virtual function");
    }

    @Test
    void cases_6_and_7_no_architecture_has_a_rule_of_its_own() {
        chooses(Fixtures.choose(Fixtures.ISM, Fixtures.MAINLINE), Outcome.SELECT, "ism_vfio_pci");
    }

    @Test
    void case_8_a_variant_in_the_kernel_itself_is_seen() {
        List<String> loadable = Fixtures.MAINLINE.stream()
                .filter(line -> !line.endsWith("mlx5_vfio_pci"))
                .toList();
        Catalogue catalogue = new Kernel(loadable)
                .builtin("mlx5_vfio_pci.alias=vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i*")
                .catalogue();

        Decision decision = Fixtures.choose(Fixtures.device(Fixtures.CONNECTX_VF), catalogue, AUTO);

        chooses(decision, Outcome.SELECT, "mlx5_vfio_pci");
        assertThat(decision.libvirt().module()).isEqualTo("vfio_pci");
        assertThat(decision.libvirt().note()).isEqualTo("builtin alias not seen by libvirt");
    }

    @Test
    void case_9_a_tie_is_an_error_that_names_both() {
        Decision decision = Fixtures.choose(Fixtures.ACME_TIE, TIE);

        assertThat(decision.outcome()).isEqualTo(Outcome.AMBIGUOUS);
        BindingProblem problem = decision.failure().orElseThrow();
        assertThat(problem.code()).isEqualTo(Code.AMBIGUOUS_VARIANT);
        assertThat(problem.detail()).contains("acme_a (not loaded, kernel/acme_a.ko.xz)", "acme_b");
        assertThat(problem.hint()).contains("pci:0000:3b:00.2 = acme_a");
        assertThat(decision.libvirt().note()).isEqualTo("tie: libvirt takes the first line");
    }

    @Test
    void case_9_a_tie_is_settled_as_the_request_says() {
        Catalogue catalogue = new Kernel(TIE).order("acme_b", "acme_a").catalogue();
        Catalogue oneLoaded =
                new Kernel(TIE).state("acme_b", State.LOADED, "acme_b").catalogue();
        DeviceSnapshot device = Fixtures.device(Fixtures.ACME_TIE);

        Decision generic = Fixtures.choose(device, catalogue, AUTO.withOnTie(TiePolicy.GENERIC));
        chooses(generic, Outcome.DEGRADED, "vfio-pci");
        Decision ordered = Fixtures.choose(device, catalogue, AUTO.withOnTie(TiePolicy.ORDER));
        chooses(ordered, Outcome.SELECT, "acme_b");
        assertThat(ordered.reason()).contains("arbitrary");
        Decision preferred = Fixtures.choose(device, catalogue, AUTO.withPrefer(List.of("acme-b")));
        chooses(preferred, Outcome.SELECT, "acme_b");
        assertThat(preferred.key()).isEqualTo("K3");
        Decision bound = Fixtures.choose(device, oneLoaded, AUTO.withOnTie(TiePolicy.BOUND));
        chooses(bound, Outcome.SELECT, "acme_b");
        Decision nothingBound = Fixtures.choose(device, catalogue, AUTO.withOnTie(TiePolicy.BOUND));
        assertThat(nothingBound.outcome()).isEqualTo(Outcome.AMBIGUOUS);
    }

    @Test
    void case_10_identity_beats_class_with_as_many_wildcards() {
        Decision decision = Fixtures.choose(Fixtures.ACME_CLASS, Fixtures.SHEET);

        chooses(decision, Outcome.SELECT, "acme_a");
        assertThat(decision.key()).isEqualTo("K2");
        assertThat(decision.reason()).contains("1100000 > 0000110");
    }

    @Test
    void case_11_a_missing_file_steps_down_or_is_an_error_if_strict() {
        Catalogue catalogue = new Kernel(Fixtures.MAINLINE)
                .state("mlx5_vfio_pci", State.MODULE_FILE_MISSING)
                .catalogue();
        DeviceSnapshot device = Fixtures.device(Fixtures.CONNECTX_VF);

        Decision decision = Fixtures.choose(device, catalogue, AUTO);
        chooses(decision, Outcome.DEGRADED, "vfio-pci");
        assertThat(decision.reason()).contains("mlx5_vfio_pci", "MODULE_FILE_MISSING");

        Decision strict = Fixtures.choose(device, catalogue, AUTO.withStrict());
        assertThat(strict.outcome()).isEqualTo(Outcome.NONE);
        assertThat(strict.failure().orElseThrow().code()).isEqualTo(Code.MODULE_FILE_MISSING);
    }

    @Test
    void case_12_the_disk_of_the_root_file_system_is_never_taken() {
        Hazard root = new Hazard(Row.U1, Severity.NEVER, "/dev/nvme0n1p2 is mounted at /");

        isRefused(with(root, AUTO), Row.U1);
        isRefused(with(root, AUTO.withForce().withReallySure()), Row.U1);
    }

    @Test
    void case_13_the_boot_display_is_taken_by_force_alone() {
        Hazard display = new Hazard(Row.U5, Severity.FORCE, "it is the display that the firmware used");

        isRefused(with(display, AUTO), Row.U5);
        isRefused(with(display, AUTO.withForced(Set.of(Row.U3))), Row.U5);
        chooses(with(display, AUTO.withForced(Set.of(Row.U5))), Outcome.SELECT, "vfio-pci");
    }

    @Test
    void case_14_a_device_that_has_a_vfio_driver_keeps_it_unless_asked() {
        DeviceSnapshot device = Fixtures.device(Fixtures.CONNECTX_VF, "vfio-pci", "vfio-pci", true);

        Decision kept = Fixtures.choose(device, mainline, AUTO);
        chooses(kept, Outcome.KEEP, "vfio-pci");
        assertThat(kept.notes()).singleElement().asString().startsWith("BETTER_AVAILABLE: mlx5_vfio_pci");
        chooses(Fixtures.choose(device, mainline, AUTO.withRebind()), Outcome.SELECT, "mlx5_vfio_pci");
    }

    @Test
    void case_15_what_somebody_has_pinned_stays_so() {
        DeviceSnapshot device = Fixtures.device(Fixtures.NVME, null, "none", false);

        isRefused(Fixtures.choose(device, mainline, AUTO), Row.U15);
        chooses(Fixtures.choose(device, mainline, AUTO.withForce()), Outcome.SELECT, "vfio-pci");
    }

    @Test
    void case_16_what_a_driver_calls_its_devices_is_no_override() {
        DeviceSnapshot device = Fixtures.device(Fixtures.CONNECTX_VF, null, "mlx5-vfio-pci", false);

        Decision decision = Fixtures.choose(device, mainline, AUTO);

        chooses(decision, Outcome.SELECT, "mlx5_vfio_pci");
        assertThat(decision.notes()).singleElement().asString().contains("taken as not set");
    }

    @Test
    void case_18_a_vendor_s_own_vfio_driver_is_one() {
        DeviceSnapshot device = Fixtures.device(Fixtures.NVME, "nvidia", null, true);
        Catalogue catalogue =
                new Kernel(Fixtures.MAINLINE).driver("nvidia", "nvidia").catalogue();

        chooses(Fixtures.choose(device, catalogue, AUTO), Outcome.KEEP, "nvidia");
    }

    @Test
    void case_19_a_device_without_an_iommu_has_to_be_asked_for() {
        Hazard unsafe = new Hazard(Row.U11, Severity.NO_IOMMU, "no IOMMU keeps its DMA in check");

        isRefused(with(unsafe, AUTO), Row.U11);
        isRefused(with(unsafe, AUTO.withForce()), Row.U11);
        chooses(with(unsafe, AUTO.withNoIommu()), Outcome.SELECT, "vfio-pci");
    }

    @Test
    void case_20_a_driver_that_claims_no_such_device_is_taken_with_a_warning() {
        Decision decision = Fixtures.choose(Fixtures.device(Fixtures.NVME), mainline, AUTO.withDriver("mlx5_vfio_pci"));

        chooses(decision, Outcome.FORCED, "mlx5_vfio_pci");
        assertThat(decision.notes()).singleElement().asString().startsWith("V2: mlx5_vfio_pci claims no such device");
    }

    @Test
    void case_21_a_concrete_interface_counts_without_the_star_that_depmod_adds() {
        Decision decision = Fixtures.choose(Fixtures.NVME, Fixtures.SHEET);

        chooses(decision, Outcome.SELECT, "acme_nvme");
        assertThat(decision.candidates().getFirst().key().wildcards()).isEqualTo(4);
        assertThat(decision.libvirt().module()).isEqualTo("vfio_pci");
        assertThat(decision.libvirt().note()).contains("star at the end");
    }

    @Test
    void case_23_a_companion_in_the_group_is_a_warning() {
        Hazard group = new Hazard(Row.U9, Severity.WARN, "of its group 0000:3b:00.1 (e1000e) will keep it");

        Decision decision = with(group, AUTO.withStrict());

        chooses(decision, Outcome.SELECT, "vfio-pci");
        assertThat(decision.safety())
                .singleElement()
                .satisfies(row -> assertThat(row.lifted()).isTrue());
    }

    @Test
    void case_24_without_a_catalogue_the_registered_driver_is_taken() {
        Catalogue container = new Kernel(Fixtures.MAINLINE).unavailable().catalogue();
        Catalogue empty =
                new Kernel(List.of()).without("vfio_pci").unavailable().catalogue();

        Decision decision = Fixtures.choose(Fixtures.device(Fixtures.NVME), container, AUTO);
        chooses(decision, Outcome.SELECT, "vfio-pci");
        assertThat(decision.notes()).singleElement().asString().startsWith("CATALOGUE_UNAVAILABLE");
        Decision none = Fixtures.choose(Fixtures.device(Fixtures.NVME), empty, AUTO);
        assertThat(none.outcome()).isEqualTo(Outcome.NONE);
        assertThat(none.failure().orElseThrow().code()).isEqualTo(Code.NO_DRIVER);
    }

    @ParameterizedTest
    @CsvSource({
        Fixtures.CONNECTX_VF + ",mlx5_vfio_pci",
        Fixtures.NVME + ",acme_nvme",
        Fixtures.ISM + ",ism_vfio_pci",
        Fixtures.VIRTIO_NET + ",virtio_vfio_pci",
        Fixtures.ACME_CLASS + ",acme_a"
    })
    void the_fixtures_of_the_sheet_give_what_it_says(String modalias, String module) {
        chooses(Fixtures.choose(modalias, Fixtures.SHEET), Outcome.SELECT, module);
    }

    @Test
    void an_override_that_names_a_vfio_driver_is_honoured() {
        DeviceSnapshot device = Fixtures.device(Fixtures.CONNECTX_VF, null, "vfio-pci", false);

        Decision decision = Fixtures.choose(device, mainline, AUTO);

        chooses(decision, Outcome.FORCED, "vfio-pci");
        assertThat(decision.key()).isEqualTo("O5");
        assertThat(decision.reason()).contains("honoured");
    }

    @Test
    void a_misspelled_driver_is_told_with_what_is_near() {
        Decision dashes =
                Fixtures.choose(Fixtures.device(Fixtures.NVME), mainline, AUTO.withDriver("nvgrace-gpu-vfio-pci"));
        Decision unknown = Fixtures.choose(Fixtures.device(Fixtures.NVME), mainline, AUTO.withDriver("mlx_vfio_pci"));

        assertThat(dashes.module()).isEqualTo("nvgrace_gpu_vfio_pci");
        assertThat(unknown.outcome()).isEqualTo(Outcome.NONE);
        assertThat(unknown.failure().orElseThrow().hint()).contains("mlx5_vfio_pci");
    }

    @Test
    void the_driver_that_is_bound_already_is_kept_although_it_is_named() {
        DeviceSnapshot device = Fixtures.device(Fixtures.NVME, "vfio-pci", "vfio-pci", true);

        chooses(Fixtures.choose(device, mainline, AUTO.withGeneric()), Outcome.KEEP, "vfio-pci");
        chooses(Fixtures.choose(device, mainline, AUTO.withRebind()), Outcome.KEEP, "vfio-pci");
    }

    @Test
    void a_session_is_cut_only_if_that_is_really_meant() {
        Hazard session = new Hazard(Row.U4, Severity.FORCE_REALLY, "eth0 carries this SSH session");

        isRefused(with(session, AUTO.withForce()), Row.U4);
        chooses(with(session, AUTO.withForce().withReallySure()), Outcome.SELECT, "vfio-pci");
    }

    @Test
    void data_on_an_unused_disk_is_told_and_refused_only_if_strict() {
        Hazard data = new Hazard(Row.U2, Severity.STRICT, "/dev/nvme0n1 has data on it: GPT");

        chooses(with(data, AUTO), Outcome.SELECT, "vfio-pci");
        isRefused(with(data, AUTO.withStrict()), Row.U2);
    }

    @ParameterizedTest
    @CsvSource({
        "MODULES_DISABLED,MODULES_DISABLED",
        "ADMIN_PROHIBITED,ADMIN_PROHIBITED",
        "MODULE_FILE_MISSING,MODULE_FILE_MISSING"
    })
    void a_named_module_that_cannot_be_had_is_told_with_the_reason(State state, Code code) {
        Catalogue catalogue =
                new Kernel(Fixtures.MAINLINE).state("mlx5_vfio_pci", state).catalogue();

        Decision decision =
                Fixtures.choose(Fixtures.device(Fixtures.CONNECTX_VF), catalogue, AUTO.withDriver("mlx5_vfio_pci"));

        assertThat(decision.outcome()).isEqualTo(Outcome.NONE);
        assertThat(decision.failure().orElseThrow().code()).isEqualTo(code);
    }

    @Test
    void a_module_with_several_drivers_needs_one_of_its_name() {
        Catalogue several = new Kernel(Fixtures.MAINLINE)
                .state("mlx5_vfio_pci", State.LOADED, "other", "mlx5-vfio-pci")
                .catalogue();
        Catalogue none = new Kernel(Fixtures.MAINLINE)
                .state("mlx5_vfio_pci", State.LOADED)
                .catalogue();

        assertThat(Resolution.of("mlx5_vfio_pci", several).driver()).isEqualTo("mlx5-vfio-pci");
        assertThat(Resolution.ofLoaded("acme", List.of("a", "b")).problem())
                .extracting(BindingProblem::code)
                .isEqualTo(Code.AMBIGUOUS_DRIVER_NAME);
        assertThat(Resolution.of("mlx5_vfio_pci", none).problem())
                .extracting(BindingProblem::code)
                .isEqualTo(Code.MODULE_HAS_NO_DRIVER);
    }

    @Test
    void a_policy_names_drivers_for_functions_and_for_kinds_of_them() {
        BindingPolicy policy = new BindingPolicy();
        policy.add("site", """
                pci:15b3:101e = vfio-pci   # all of these
                pci:15b3:* = mlx5_vfio_pci
                """);
        DeviceSnapshot device = Fixtures.device(Fixtures.CONNECTX_VF);

        Decision byKind = BindingChoice.choose(device, mainline, policy, AUTO);
        chooses(byKind, Outcome.FORCED, "vfio-pci");
        assertThat(byKind.reason()).isEqualTo("named by site:1");
        policy.add("user", "pci:0000:3b:00.2 = mlx5_vfio_pci");
        Decision byAddress = BindingChoice.choose(device, mainline, policy, AUTO);
        chooses(byAddress, Outcome.FORCED, "mlx5_vfio_pci");
        assertThat(byAddress.overrides())
                .extracting(one -> one.rank() + one.used())
                .containsExactly("O3true", "O4false");
    }

    @Test
    void a_site_s_default_takes_the_place_of_the_driver_for_everything_only() {
        BindingPolicy policy = new BindingPolicy();
        policy.add("site", "default.pci = acme_generic");
        Catalogue catalogue = new Kernel(Fixtures.MAINLINE)
                .state("acme_generic", State.LOADED, "acme-generic")
                .catalogue();

        chooses(
                BindingChoice.choose(Fixtures.device(Fixtures.NVME), catalogue, policy, AUTO),
                Outcome.SELECT,
                "acme-generic");
        chooses(
                BindingChoice.choose(Fixtures.device(Fixtures.CONNECTX_VF), catalogue, policy, AUTO),
                Outcome.SELECT,
                "mlx5_vfio_pci");
    }
}
