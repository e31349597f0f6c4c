// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.binding.BindResult.Change;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.FakeMachine.Driver;
import io.jvfio.binding.FakeMachine.Killed;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Binding and giving back on a host that does what the kernel does. */
class BindingChangeTest {
    private static final PciAddress NVME = PciAddress.parse("0000:01:00.0");
    private static final PciAddress COMPANION = PciAddress.parse("0000:01:00.1");
    private static final BindRequest AUTO = BindRequest.auto();
    private static final BindOptions OPTIONS = BindOptions.defaults();
    private static final int GROUP = 7;

    private final FakeMachine machine = new FakeMachine();
    private final KernelDrivers drivers = machine.drivers();
    private final Driver nvme = machine.hostDriver("nvme");

    @BeforeEach
    void makeDevices() {
        machine.device(NVME.toString(), Fixtures.NVME, GROUP, "nvme");
    }

    @AfterEach
    void no_id_was_given_to_a_driver_and_no_lock_is_left() {
        assertThat(machine.writes).noneMatch(write -> write.contains("new_id"));
        assertThat(machine.locked).isEmpty();
    }

    private BindingProblem failure(Runnable change) {
        return catchThrowableOfType(BindingException.class, change::run).problem();
    }

    private void vendorDriver() {
        machine.aliases.add("alias vfio_pci:v0000144Dd0000A80Asv*sd*bc*sc*i* acme_vfio");
        machine.module("acme_vfio", new Driver("acme-vfio", "acme_vfio", true));
    }

    @Test
    void a_function_gets_its_driver_and_goes_back_to_the_one_before() {
        String before = machine.state();

        BindResult result = drivers.bind(NVME, AUTO, OPTIONS);

        assertThat(result.changes()).containsExactly(new Change(NVME, "nvme", "vfio-pci"));
        assertThat(result.warning()).isEmpty();
        assertThat(machine.at(NVME).driver).isEqualTo("vfio-pci");
        assertThat(machine.at(NVME).override).isEqualTo("vfio-pci");
        assertThat(drivers.release(NVME, OPTIONS).changes()).containsExactly(new Change(NVME, "vfio-pci", "nvme"));
        assertThat(machine.state()).isEqualTo(before);
        assertThat(machine.texts.keySet()).noneMatch(file -> file.contains("journal"));
    }

    @Test
    void the_name_of_the_driver_is_looked_up_once_its_module_is_loaded() {
        vendorDriver();

        assertThat(drivers.bind(NVME, AUTO, OPTIONS).changes()).containsExactly(new Change(NVME, "nvme", "acme-vfio"));
    }

    @Test
    void a_function_without_a_driver_goes_back_to_none() {
        machine.at(NVME).driver = null;
        String before = machine.state();

        drivers.bind(NVME, AUTO, OPTIONS);

        assertThat(drivers.release(NVME, OPTIONS).changes()).containsExactly(new Change(NVME, "vfio-pci", ""));
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void an_override_that_was_there_comes_back() {
        machine.at(NVME).override = "nvme";
        String before = machine.state();

        drivers.bind(NVME, AUTO.withForce(), OPTIONS);
        drivers.release(NVME, OPTIONS);

        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void what_somebody_else_has_bound_is_given_to_the_host() {
        machine.at(NVME).driver = null;
        machine.at(NVME).override = "vfio-pci";
        machine.load("vfio_pci", OPTIONS.patience());
        machine.probe(machine.at(NVME));

        assertThat(drivers.bind(NVME, AUTO, OPTIONS).changes()).isEmpty();
        assertThat(drivers.release(NVME, OPTIONS).changes()).containsExactly(new Change(NVME, "vfio-pci", "nvme"));
        assertThat(machine.at(NVME).override).isNull();
        assertThat(drivers.release(NVME, OPTIONS).changes()).isEmpty();
    }

    @Test
    void a_second_bind_keeps_the_way_back_to_the_first_state() {
        String before = machine.state();
        drivers.bind(NVME, AUTO, OPTIONS);
        vendorDriver();

        drivers.bind(NVME, AUTO.withRebind(), OPTIONS);

        assertThat(machine.at(NVME).driver).isEqualTo("acme-vfio");
        drivers.release(NVME, OPTIONS);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void a_probe_that_fails_is_rolled_back_and_told_with_its_errno() {
        FakeMachine other = new FakeMachine();
        other.hostDriver("nvme");
        other.device(NVME.toString(), Fixtures.NVME, GROUP, "nvme");
        other.aliases.add("alias vfio_pci:v0000144Dd0000A80Asv*sd*bc*sc*i* acme_vfio");
        other.module("acme_vfio", new Driver("acme_vfio", "acme_vfio", true)).error = Errno.ENOMEM;
        String before = other.state();

        BindingProblem problem = failure(() -> other.drivers().bind(NVME, AUTO, OPTIONS));

        assertThat(problem.code()).isEqualTo(Code.PROBE_FAILED);
        assertThat(problem.detail()).contains("ENOMEM (12)");
        assertThat(other.state()).isEqualTo(before);
        BindResult next = other.drivers().bind(NVME, AUTO, OPTIONS.withNextOnFailure());
        assertThat(next.changes()).containsExactly(new Change(NVME, "nvme", "vfio-pci"));
        assertThat(next.notes()).anyMatch(note -> note.startsWith("DEGRADED to vfio_pci"));
    }

    @Test
    void a_driver_without_vfio_is_taken_off_again() {
        machine.hostDriver("pci-stub");
        String before = machine.state();

        BindingProblem problem = failure(() -> drivers.bind(NVME, AUTO.withDriver("pci-stub"), OPTIONS));

        assertThat(problem.code()).isEqualTo(Code.NOT_A_VFIO_DRIVER);
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void a_driver_that_does_not_let_go_leaves_a_journal_for_later() {
        machine.at(NVME).held = true;
        String before = machine.state();

        BindingProblem problem = failure(() -> drivers.bind(NVME, AUTO, OPTIONS));

        assertThat(problem.code()).isEqualTo(Code.UNBIND_PENDING);
        assertThat(failure(() -> drivers.bind(NVME, AUTO.withForce(), OPTIONS)).code())
                .isEqualTo(Code.UNFINISHED);
        assertThat(failure(() -> drivers.recover(NVME, OPTIONS)).code()).isEqualTo(Code.UNBIND_PENDING);
        machine.at(NVME).held = false;
        machine.at(NVME).driver = null;
        assertThat(drivers.unfinished()).containsExactly(NVME);
        assertThat(drivers.recover(NVME, OPTIONS)).contains("driver nvme, no override");
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void a_device_in_use_is_not_given_back() {
        drivers.bind(NVME, AUTO, OPTIONS);
        machine.at(NVME).held = true;
        int writes = machine.writes.size();

        BindingProblem problem = failure(() -> drivers.release(NVME, OPTIONS));

        assertThat(problem.name()).isEqualTo("REFUSED_U14");
        assertThat(problem.detail()).contains("qemu (process 4711)");
        assertThat(machine.writes).hasSize(writes);
    }

    @Test
    void a_plan_for_another_state_is_not_carried_out() {
        List<BindPlan> plans = drivers.plan(NVME, AUTO, OPTIONS);
        DeviceSnapshot device = drivers.explain(NVME, AUTO).orElseThrow().device();
        machine.at(NVME).driver = null;
        BindingChange change = new BindingChange(new HostFiles(machine), machine, OPTIONS.patience());

        assertThat(failure(() -> change.bind(device, plans, done -> done)).code())
                .isEqualTo(Code.STALE_PLAN);
        assertThat(machine.writes).isEmpty();
    }

    /** The driver is read, another one binds, VFIO is seen, the other one releases: the look says that VFIO has it. */
    @Test
    void a_look_during_the_change_of_another_is_not_taken_for_a_bind() {
        AtomicBoolean once = new AtomicBoolean();
        HostFiles.Source interrupted = question -> {
            boolean here = question.kind() == HostQuestion.Kind.VFIO && once.compareAndSet(false, true);
            if (here) {
                drivers.bind(NVME, AUTO, OPTIONS);
            }
            List<String> answer = machine.answer(question);
            if (here) {
                drivers.release(NVME, OPTIONS);
            }
            return answer;
        };
        KernelDrivers late = new KernelDrivers(() -> interrupted, () -> machine);

        assertThat(failure(() -> late.bind(NVME, AUTO, OPTIONS)).code()).isEqualTo(Code.STALE_PLAN);
        assertThat(machine.at(NVME).driver).isEqualTo("nvme");
    }

    @Test
    void two_at_a_time_exclude_each_other() throws Exception {
        try (Effects.Lock lock = machine.lock("/run/jvfio/pci-" + NVME + ".lock")) {
            assertThat(lock).isNotNull();
            assertThat(failure(() -> drivers.bind(NVME, AUTO, OPTIONS)).code()).isEqualTo(Code.LOCKED);
        }
    }

    @Test
    void a_finished_bind_is_not_taken_back() {
        drivers.bind(NVME, AUTO, OPTIONS);
        String bound = machine.state();

        assertThat(drivers.recover(NVME, OPTIONS)).isEmpty();

        assertThat(machine.state()).isEqualTo(bound);
        drivers.release(NVME, OPTIONS);
        assertThat(machine.at(NVME).driver).isEqualTo("nvme");
    }

    /** What another thread or process does between a look at the function and the lock counts, and not the look. */
    @Test
    void a_change_that_ends_before_the_lock_is_had_is_left_alone() {
        machine.killAfter(3);
        assertThatExceptionOfType(Killed.class).isThrownBy(() -> drivers.bind(NVME, AUTO, OPTIONS));
        machine.restart();
        assertThat(drivers.unfinished()).containsExactly(NVME);
        machine.meanwhile = () -> {
            drivers.recover(NVME, OPTIONS);
            drivers.bind(NVME, AUTO, OPTIONS);
        };
        assertThat(drivers.recover(NVME, OPTIONS)).isEmpty();
        assertThat(machine.at(NVME).driver).isEqualTo("vfio-pci");

        machine.meanwhile = () -> drivers.release(NVME, OPTIONS);
        assertThat(failure(() -> drivers.bind(NVME, AUTO, OPTIONS)).code()).isEqualTo(Code.STALE_PLAN);
        assertThat(machine.at(NVME).driver).isEqualTo("nvme");

        drivers.bind(NVME, AUTO, OPTIONS);
        machine.meanwhile = () -> drivers.release(NVME, OPTIONS);
        machine.writes.clear();
        assertThat(drivers.release(NVME, OPTIONS).changes()).isEmpty();
        assertThat(machine.writes).hasSize(3);
    }

    @Test
    void what_has_its_driver_by_an_unfinished_change_is_not_bound() {
        machine.killAfter(9);
        assertThatExceptionOfType(Killed.class).isThrownBy(() -> drivers.bind(NVME, AUTO, OPTIONS));
        machine.restart();
        assertThat(machine.at(NVME).driver).isEqualTo("vfio-pci");

        assertThat(failure(() -> drivers.bind(NVME, AUTO, OPTIONS)).code()).isEqualTo(Code.UNFINISHED);
        assertThat(failure(() -> drivers.release(NVME, OPTIONS)).code()).isEqualTo(Code.UNFINISHED);
    }

    /** Ended for one function and not for the other, it is taken back for both, whichever is first, also if that is killed. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_half_ended_group_is_taken_back_as_a_whole(boolean first) {
        List<PciAddress> order = first ? List.of(NVME, COMPANION) : List.of(COMPANION, NVME);
        for (int again = 0; again < 8; again++) {
            FakeMachine fresh = prepared("group");
            String before = fresh.state();
            int effects = 0;
            do {
                fresh.restart();
                recoverAll(fresh);
                fresh.killAfter(effects++);
                assertThatExceptionOfType(Killed.class).isThrownBy(() -> run("group", fresh.drivers()));
            } while (!fresh.texts
                    .getOrDefault("/run/jvfio/journal/pci-" + NVME, "")
                    .contains("state=DONE"));
            fresh.restart();
            fresh.killAfter(again);
            try {
                fresh.drivers().recover(order.getFirst(), OPTIONS);
            } catch (Killed killed) {
                // The next one does it again.
            }
            fresh.restart();
            order.forEach(address -> fresh.drivers().recover(address, OPTIONS));

            assertThat(fresh.state()).as("%d", again).isEqualTo(before);
            assertThat(fresh.texts.keySet()).noneMatch(file -> file.contains("journal"));
        }
    }

    @Test
    void a_way_back_that_is_blocked_ends_with_the_commands_that_would_finish_it() {
        machine.module("bad", new Driver("bad", "bad", true)).error = Errno.EINVAL;
        nvme.error = Errno.EIO;

        BindingProblem problem = failure(() -> drivers.bind(NVME, AUTO.withDriver("bad"), OPTIONS));

        assertThat(problem.code()).isEqualTo(Code.ROLLBACK_INCOMPLETE);
        assertThat(problem.detail()).contains("no driver, no override now", "driver nvme, no override before");
        assertThat(problem.hint()).contains("echo 0000:01:00.0 > /sys/bus/pci/drivers/nvme/bind");
        nvme.error = 0;
        assertThat(drivers.recover(NVME, OPTIONS)).contains("driver nvme, no override");
    }

    @Test
    void a_whole_group_is_bound_or_none_of_it() {
        machine.device(COMPANION.toString(), Fixtures.CONNECTX_PF, GROUP, "nvme");
        String before = machine.state();

        assertThat(drivers.bind(NVME, AUTO, OPTIONS.withWholeGroup()).changes())
                .containsExactly(new Change(NVME, "nvme", "vfio-pci"), new Change(COMPANION, "nvme", "vfio-pci"));
        drivers.release(NVME, OPTIONS);
        drivers.release(COMPANION, OPTIONS);
        assertThat(machine.state()).isEqualTo(before);

        machine.at(COMPANION).held = true;
        assertThat(failure(() -> drivers.bind(NVME, AUTO, OPTIONS.withWholeGroup()))
                        .code())
                .isEqualTo(Code.UNBIND_PENDING);
        assertThat(machine.at(NVME).driver).isEqualTo("nvme");
    }

    @Test
    void a_whole_group_is_given_back_or_none_of_it() {
        machine.device(COMPANION.toString(), Fixtures.CONNECTX_PF, GROUP, "nvme");
        machine.device("0000:01:00.2", Fixtures.CONNECTX_PF, GROUP, null);
        String before = machine.state();
        drivers.bind(NVME, AUTO, OPTIONS.withWholeGroup());
        String bound = machine.state();
        BindOptions group = OPTIONS.withWholeGroup();

        assertThat(drivers.releaseSteps(NVME, group)).hasSize(6).anyMatch(line -> line.contains(COMPANION.toString()));
        nvme.error = Errno.EIO;
        assertThat(failure(() -> drivers.release(NVME, group)).code()).isEqualTo(Code.PROBE_FAILED);
        assertThat(machine.state()).isEqualTo(bound);

        nvme.error = 0;
        nvme.errorOf.put(Fixtures.CONNECTX_PF, Errno.EIO);
        assertThat(failure(() -> drivers.release(NVME, group)).code()).isEqualTo(Code.PROBE_FAILED);
        assertThat(machine.state()).isEqualTo(bound);
        assertThat(drivers.unfinished()).isEmpty();

        nvme.errorOf.clear();
        assertThat(drivers.release(NVME, group).changes())
                .containsExactly(new Change(NVME, "vfio-pci", "nvme"), new Change(COMPANION, "vfio-pci", "nvme"));
        assertThat(machine.state()).isEqualTo(before);
        assertThat(machine.texts.keySet()).noneMatch(file -> file.contains("journal"));
    }

    @Test
    void a_group_whose_other_function_is_in_use_is_left_alone() {
        machine.device(COMPANION.toString(), Fixtures.CONNECTX_PF, GROUP, "nvme");
        drivers.bind(NVME, AUTO, OPTIONS.withWholeGroup());
        machine.at(COMPANION).held = true;
        int writes = machine.writes.size();

        assertThat(failure(() -> drivers.release(NVME, OPTIONS.withWholeGroup()))
                        .name())
                .isEqualTo("REFUSED_U14");
        assertThat(machine.writes).hasSize(writes);
    }

    @Test
    void a_group_is_given_back_through_a_function_that_vfio_no_longer_has() {
        machine.device(COMPANION.toString(), Fixtures.CONNECTX_PF, GROUP, "nvme");
        drivers.bind(COMPANION, AUTO, OPTIONS);

        assertThat(drivers.release(NVME, OPTIONS).changes()).isEmpty();
        assertThat(drivers.release(NVME, OPTIONS.withWholeGroup()).changes())
                .containsExactly(new Change(COMPANION, "vfio-pci", "nvme"));
    }

    /** Property P5. */
    @ParameterizedTest
    @ValueSource(strings = {"pinned", "numvfs", "unknown driver", "tie"})
    void a_refusal_writes_nothing(String why) {
        BindRequest request = AUTO;
        switch (why) {
            case "pinned" -> machine.at(NVME).override = "none";
            case "numvfs" -> machine.texts.put("/sys/bus/pci/devices/" + NVME + "/sriov_numvfs", "2");
            case "unknown driver" -> request = AUTO.withDriver("nothing_like_it");
            default -> {
                vendorDriver();
                machine.aliases.add("alias vfio_pci:v0000144Dd0000A80Asv*sd*bc*sc*i* other_vfio");
                machine.module("other_vfio", new Driver("other", "other_vfio", true));
            }
        }
        BindRequest asked = request;
        machine.killAfter(0);

        assertThatExceptionOfType(BindingException.class).isThrownBy(() -> drivers.bind(NVME, asked, OPTIONS));
        assertThat(machine.writes).isEmpty();
    }

    /** Property P6: killed before each effect of a bind, of a release and of a bind of a group. */
    @ParameterizedTest
    @ValueSource(strings = {"bind", "release", "rebind", "group", "group release", "persist"})
    void whenever_it_is_killed_recover_brings_back_what_was_before(String change) {
        boolean finished = false;
        for (int effects = 0; !finished; effects++) {
            FakeMachine fresh = prepared(change);
            String before = fresh.state();
            fresh.killAfter(effects);
            try {
                run(change, fresh.drivers());
                finished = true;
            } catch (Killed killed) {
                fresh.restart();
                boolean begun = !fresh.drivers().unfinished().isEmpty();
                String after = fresh.state();
                recoverAll(fresh);
                assertThat(fresh.state())
                        .as("%s, killed after %d effects", change, effects)
                        .isEqualTo(begun ? before : after);
                assertThat(begun || after.equals(before) || isDone(change, fresh))
                        .as("%s, killed after %d effects, left %s", change, effects, after)
                        .isTrue();
                assertThat(fresh.drivers().unfinished()).isEmpty();
            }
            assertThat(effects).isLessThan(100);
        }
    }

    /** Also when recovering is killed itself, at each of its effects. */
    @Test
    void recovering_can_be_killed_too() {
        for (int effects = 2; effects < 9; effects++) {
            for (int again = 0; again < 8; again++) {
                FakeMachine fresh = prepared("bind");
                String before = fresh.state();
                fresh.killAfter(effects);
                assertThatExceptionOfType(Killed.class).isThrownBy(() -> run("bind", fresh.drivers()));
                fresh.restart();
                fresh.killAfter(again);
                try {
                    recoverAll(fresh);
                } catch (Killed killed) {
                    fresh.restart();
                    recoverAll(fresh);
                }
                assertThat(fresh.state()).as("%d %d", effects, again).isEqualTo(before);
            }
        }
    }

    private static FakeMachine prepared(String change) {
        FakeMachine fresh = new FakeMachine();
        fresh.hostDriver("nvme");
        fresh.device(NVME.toString(), Fixtures.NVME, GROUP, "nvme");
        if (change.startsWith("group")) {
            fresh.device(COMPANION.toString(), Fixtures.CONNECTX_PF, GROUP, "nvme");
        }
        if (change.equals("release") || change.equals("rebind")) {
            fresh.drivers().bind(NVME, AUTO, OPTIONS);
        }
        if (change.equals("group release")) {
            fresh.drivers().bind(NVME, AUTO, OPTIONS.withWholeGroup());
        }
        fresh.aliases.add("alias vfio_pci:v0000144Dd0000A80Asv*sd*bc*sc*i* acme_vfio");
        fresh.module("acme_vfio", new Driver("acme-vfio", "acme_vfio", true));
        return fresh;
    }

    private static void run(String change, KernelDrivers drivers) {
        switch (change) {
            case "release" -> drivers.release(NVME, OPTIONS);
            case "rebind" -> drivers.bind(NVME, AUTO.withRebind(), OPTIONS);
            case "group release" -> drivers.release(NVME, OPTIONS.withWholeGroup());
            case "group" -> drivers.bind(NVME, AUTO, OPTIONS.withWholeGroup());
            case "persist" -> drivers.bind(NVME, AUTO, OPTIONS.withPersist());
            default -> drivers.bind(NVME, AUTO, OPTIONS);
        }
    }

    private static boolean isDone(String change, FakeMachine machine) {
        return change.endsWith("release")
                ? "nvme".equals(machine.at(NVME).driver)
                : "acme-vfio".equals(machine.at(NVME).driver);
    }

    private static void recoverAll(FakeMachine machine) {
        for (PciAddress address : machine.drivers().unfinished()) {
            machine.drivers().recover(address, OPTIONS);
        }
    }

    @Test
    void a_journal_of_a_device_that_was_replaced_is_dropped() {
        machine.killAfter(3);
        assertThatExceptionOfType(Killed.class).isThrownBy(() -> drivers.bind(NVME, AUTO, OPTIONS));
        machine.restart();
        machine.device(NVME.toString(), Fixtures.CONNECTX_PF, GROUP, null);
        int writes = machine.writes.size();

        assertThat(drivers.recover(NVME, OPTIONS)).isEqualTo(Optional.empty());
        assertThat(machine.writes).hasSize(writes);
        assertThat(drivers.unfinished()).isEmpty();
    }

    @Test
    void a_plan_is_lines_of_a_shell_too() {
        vendorDriver();

        assertThat(drivers.plan(NVME, AUTO, OPTIONS).getFirst().shell())
                .containsExactly(
                        "modprobe acme_vfio",
                        "driver=$(ls /sys/module/acme_vfio/drivers | sed -n 's/^pci://p')",
                        "echo \"$driver\" > /sys/bus/pci/devices/0000:01:00.0/driver_override",
                        "echo 0000:01:00.0 > /sys/bus/pci/drivers/nvme/unbind",
                        "echo 0000:01:00.0 > /sys/bus/pci/drivers/\"$driver\"/bind",
                        "test -d /sys/bus/pci/devices/0000:01:00.0/vfio-dev");
        assertThat(machine.writes).isEmpty();
        drivers.bind(NVME, AUTO.withForced(Set.of()), OPTIONS);
        assertThat(drivers.releaseSteps(NVME, OPTIONS)).hasSize(3);
    }

    @Test
    void a_dry_run_prints_what_is_written_then() {
        vendorDriver();
        List<String> bind = echoed(drivers.plan(NVME, AUTO, OPTIONS).getFirst().shell());
        drivers.bind(NVME, AUTO, OPTIONS);
        assertThat(machine.writes).isEqualTo(bind);

        List<String> release = echoed(drivers.releaseSteps(NVME, OPTIONS));
        machine.writes.clear();
        drivers.release(NVME, OPTIONS);
        assertThat(machine.writes).isEqualTo(release);
    }

    /** What lines of a shell write, as the machine remembers it. */
    private static List<String> echoed(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("echo "))
                .map(line -> line.replace("\"$driver\"", "acme-vfio")
                        .substring("echo ".length())
                        .split(" > ", -1))
                .map(sides -> sides[1] + "=" + sides[0])
                .toList();
    }

    /** The file as the first version of the format has it, for each step that it knows. */
    @ParameterizedTest
    @ValueSource(strings = {"BEGIN", "LOAD", "OVERRIDE", "UNBIND", "BIND", "VERIFY", "END"})
    void a_journal_that_an_older_version_has_left_is_taken_back(String step) {
        String before = machine.state();
        machine.at(NVME).driver = null;
        machine.at(NVME).override = "vfio-pci";
        machine.texts.put("/run/jvfio/journal/pci-" + NVME, """
                jvfio-journal=1
                device=0000:01:00.0
                modalias=%s
                state=IN_FLIGHT
                step=%s
                plan=36fb
                action=BIND
                before-driver=nvme
                target=vfio-pci
                """.formatted(Fixtures.NVME, step));

        assertThat(drivers.unfinished()).containsExactly(NVME);
        assertThat(failure(() -> drivers.bind(NVME, AUTO, OPTIONS)).detail()).contains("(BIND, at " + step + ")");
        assertThat(drivers.recover(NVME, OPTIONS)).contains("driver nvme, no override");
        assertThat(machine.state()).isEqualTo(before);
        assertThat(drivers.unfinished()).isEmpty();
    }

    @Test
    void the_journal_names_each_step_in_the_words_of_its_format() {
        Set<String> steps = new LinkedHashSet<>();
        for (int effects = 0; effects < 20; effects++) {
            FakeMachine fresh = prepared("bind");
            fresh.killAfter(effects);
            try {
                run("bind", fresh.drivers());
            } catch (Killed killed) {
                fresh.restart();
            }
            fresh.texts
                    .getOrDefault("/run/jvfio/journal/pci-" + NVME, "")
                    .lines()
                    .filter(line -> line.startsWith("step="))
                    .forEach(steps::add);
        }
        assertThat(steps)
                .containsExactly(
                        "step=BEGIN",
                        "step=LOAD",
                        "step=OVERRIDE",
                        "step=UNBIND",
                        "step=BIND",
                        "step=VERIFY",
                        "step=END");
    }
}
