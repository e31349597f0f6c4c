// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files stand for attributes here, so a write is taken and nothing follows from it. */
class VfCommandTest {
    private static final String PF = "0000:01:00.0";

    @TempDir
    Path root;

    private Run run;

    @BeforeEach
    void makeHost() {
        run = new Run(root);
        run.host.function(PF, "8086:10C9", "20000");
        attribute("sriov_totalvfs", "7");
        attribute("sriov_numvfs", "0");
        attribute("sriov_drivers_autoprobe", "1");
    }

    private void attribute(String name, String value) {
        run.host.text("sys/bus/pci/devices/" + PF + "/" + name, value + "\n");
    }

    @Test
    void functions_that_do_not_come_end_with_the_state_as_before() {
        assertThat(run.execute("vf", "create", PF, "2", "--timeout", "1")).isEqualTo(ExitCode.ROLLED_BACK);
        assertThat(run.err)
                .contains("ETIMEDOUT", "0 of 2 virtual functions appeared")
                .hasLineCount(1);
        assertThat(run.execute("vf", "remove", PF)).isZero();
        assertThat(run.out).isEqualTo(String.format("0000:01:00.0: 0 virtual functions removed%n"));
    }

    @Test
    void existing_functions_are_not_replaced_unasked() {
        attribute("sriov_numvfs", "3");

        assertThat(run.execute("vf", "create", PF, "2")).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err).contains("EBUSY", "3 exist").hasLineCount(1);
    }

    @Test
    void remove_says_how_many_there_were() {
        attribute("sriov_numvfs", "3");

        assertThat(run.execute("vf", "remove", PF, "--json")).isZero();
        assertThat(run.json().get("command")).isEqualTo("vf remove");
        assertThat(run.json().get("removed")).isEqualTo(3L);
    }

    @Test
    void too_many_are_refused_with_the_number_that_can_be() {
        assertThat(run.execute("vf", "create", PF, "8")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("1 to 7");
    }

    @Test
    void a_function_that_is_not_there_is_told() {
        assertThat(run.execute("vf", "create", "0000:09:00.0", "1")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("no PCI function 0000:09:00.0");
        assertThat(run.execute("vf", "remove", "mdev:x")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("vf", "create", PF, "1", "--timeout", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("vf")).isEqualTo(ExitCode.USAGE);
    }
}
