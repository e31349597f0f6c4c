// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.binding.BindResult.Change;
import io.jvfio.binding.FakeMachine.Driver;
import io.jvfio.binding.HostQuestion.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is explained, planned and done rests on one look at the host. */
class ReadOnceTest {
    private static final PciAddress NVME = PciAddress.parse("0000:01:00.0");
    private static final PciAddress COMPANION = PciAddress.parse("0000:01:00.1");
    private static final BindRequest AUTO = BindRequest.auto();
    private static final BindOptions OPTIONS = BindOptions.defaults();
    private static final int GROUP = 7;
    private static final Set<Kind> CONTENTS = Set.of(Kind.TEXT, Kind.LINES, Kind.BYTES, Kind.SIGNATURE);

    private final FakeMachine machine = new FakeMachine();
    private final Driver vendor = machine.module("acme_vfio", new Driver("acme-vfio", "acme_vfio", true));
    private final List<HostQuestion> before = new ArrayList<>();
    private final List<HostQuestion> since = new ArrayList<>();
    private final KernelDrivers drivers = new KernelDrivers(() -> this::answer, () -> machine);

    /** A change begins with the lock of its function. */
    private @Nullable List<String> answer(HostQuestion question) {
        (machine.locked.isEmpty() && since.isEmpty() ? before : since).add(question);
        return machine.answer(question);
    }

    @BeforeEach
    void makeDevices() {
        machine.hostDriver("nvme");
        machine.device(NVME.toString(), Fixtures.NVME, GROUP, "nvme");
        machine.texts.put("/etc/jvfio/variants.d/site.conf", "prefer = acme_vfio");
        machine.texts.put("/etc/modprobe.d/site.conf", "options nvme poll_queues=4");
        machine.aliases.add("alias vfio_pci:v0000144Dd0000A80Asv*sd*bc*sc*i* acme_vfio");
    }

    private void assertThatNothingWasReadTwice() {
        assertThat(before).hasSizeGreaterThan(30).doesNotHaveDuplicates();
        assertThat(before.stream()
                        .filter(question -> CONTENTS.contains(question.kind()))
                        .map(HostQuestion::subject))
                .contains(FakeMachine.ALIASES, "/etc/jvfio/variants.d/site.conf", "/etc/modprobe.d/site.conf")
                .doesNotHaveDuplicates();
        assertThat(before)
                .contains(new HostQuestion(Kind.VFIO, NVME.toString(), ""))
                .contains(new HostQuestion(Kind.VFIO_NODES, NVME.toString(), ""))
                .noneMatch(question -> question.subject().startsWith("/sys/class/vfio")
                        || question.subject().endsWith("/vfio-dev"));
    }

    /** From the first lock on, only what is changed is looked at, and the journals of the changes. */
    private void assertThatNothingWasChosenAnew() {
        assertThat(since)
                .isNotEmpty()
                .allMatch(question ->
                        question.subject().matches("(/sys/bus/pci/d|/sys/module/|/dev/vfio|/run/jvfio|0000:01:00).*"));
    }

    @Test
    void a_bind_reads_everything_once_before_it_changes_anything() {
        assertThat(drivers.bind(NVME, AUTO, OPTIONS).changes()).containsExactly(new Change(NVME, "nvme", "acme-vfio"));

        assertThatNothingWasReadTwice();
        assertThatNothingWasChosenAnew();
    }

    @Test
    void the_next_driver_after_one_that_refuses_is_planned_on_the_same_look() {
        vendor.error = Errno.ENOMEM;

        assertThat(drivers.bind(NVME, AUTO, OPTIONS.withNextOnFailure()).changes())
                .containsExactly(new Change(NVME, "nvme", "vfio-pci"));

        assertThatNothingWasReadTwice();
        assertThatNothingWasChosenAnew();
    }

    @Test
    void the_others_of_a_group_are_planned_on_the_same_look() {
        machine.device(COMPANION.toString(), Fixtures.CONNECTX_PF, GROUP, "nvme");

        assertThat(drivers.bind(NVME, AUTO, OPTIONS.withWholeGroup()).changes()).hasSize(2);

        assertThatNothingWasReadTwice();
        assertThatNothingWasChosenAnew();
    }

    @Test
    void a_plan_alone_reads_everything_once() {
        assertThat(drivers.plan(NVME, AUTO, OPTIONS)).hasSize(1);

        assertThatNothingWasReadTwice();
        assertThat(since).isEmpty();
    }

    @Test
    void a_host_where_little_is_there_is_asked_once_too() {
        machine.texts.clear();

        drivers.explain(NVME, AUTO);

        assertThat(before)
                .anyMatch(question -> machine.answer(question) == null)
                .doesNotHaveDuplicates();
    }
}
