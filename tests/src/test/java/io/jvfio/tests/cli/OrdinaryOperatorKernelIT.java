// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same of an ordinary user, who has been given edu and mtty. */
@Tag("unprivileged")
@Tag(LabParts.NEEDS_IGB)
final class OrdinaryOperatorKernelIT {

    @Test
    void doctor_finds_it_ready_and_tells_what_is_not_this_users() {
        Command doctor = Command.run("doctor");

        assertThat(doctor.code()).isZero();
        assertThat(doctor.lines())
                .contains("ok       devices: " + LabDevices.EDU + " can be opened")
                .anySatisfy(line -> assertThat(line).startsWith("note     locked memory: 8 MiB"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("note     devices: " + LabDevices.IGB + " cannot be opened"))
                .anySatisfy(line -> assertThat(line).contains("jvfio udev " + LabDevices.IGB));
    }

    @Test
    void what_needs_root_says_so() {
        Command create = Command.run("vf", "create", LabDevices.IGB, "1");

        assertThat(create.code()).isEqualTo(4);
        assertThat(create.err()).contains("EACCES", "needs root").hasLineCount(1);
    }
}
