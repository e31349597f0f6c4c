// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.mlx5;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Mlx5CommandsTest {
    @TempDir
    Path root;

    private Run run;

    @BeforeEach
    void make() {
        run = new Run(root);
        run.opener = Vfio::open;
    }

    @Test
    void a_function_is_brought_up_and_tells_what_it_is() {
        assertThat(run.execute("mlx5", "info", "model:mlx5")).as(run.err).isZero();
        assertThat(run.out).contains("firmware", "board", "firmware pages", "event vectors", "health");

        assertThat(run.execute("mlx5", "info", "model:mlx5", "--json")).isZero();
        assertThat(((Number) run.json().get("vectors")).intValue()).isPositive();
        assertThat(((Number) run.json().get("pages")).intValue()).isPositive();
        assertThat(run.json().get("firmware").toString()).matches("\\d+\\.\\d+\\.\\d{4}");
    }

    @Test
    void capabilities_have_the_names_of_Linux() {
        assertThat(run.execute("mlx5", "caps", "model:mlx5")).as(run.err).isZero();
        assertThat(run.out).contains("log_max_eq");

        assertThat(run.execute("mlx5", "caps", "model:mlx5", "--json")).isZero();
        assertThat((Map<?, ?>) run.json().get("capabilities")).hasSizeGreaterThan(20);
    }

    @Test
    void health_brings_nothing_up() {
        assertThat(run.execute("mlx5", "health", "model:mlx5", "--json"))
                .as(run.err)
                .isZero();
        assertThat(run.json().get("fatal")).isEqualTo(false);
        assertThat(((Number) run.json().get("syndrome")).intValue()).isZero();
    }

    @Test
    void a_command_runs_and_its_output_is_shown() {
        String queryAdapter = "0101" + "00".repeat(14);
        assertThat(run.execute("mlx5", "cmd", "model:mlx5", queryAdapter, "--out", "272"))
                .as(run.err)
                .isZero();
        assertThat(run.out).hasLineCount(17);

        assertThat(run.execute("mlx5", "cmd", "model:mlx5", queryAdapter, "--out", "272", "--json"))
                .isZero();
        assertThat(run.json().get("opcode")).isEqualTo("QUERY_ADAPTER");
        assertThat(run.json().get("output").toString()).hasSize(2 * 272).startsWith("00");

        assertThat(run.execute("mlx5", "cmd", "model:mlx5", "ffff" + "00".repeat(14)))
                .isEqualTo(ExitCode.FAILED);
        assertThat(run.err).hasLineCount(1);
        assertThat(run.execute("mlx5", "cmd", "model:mlx5", "0101")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("mlx5", "cmd", "model:mlx5", "zz")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void without_its_variant_a_function_is_refused_by_name() {
        assertThat(run.execute("mlx5", "info", "model:edu")).isEqualTo(ExitCode.VARIANT);
        assertThat(run.err).contains("mlx.cx-pf").hasLineCount(1);
        assertThat(run.execute("mlx5", "info", "model:mlx5", "--variant", "none"))
                .isEqualTo(ExitCode.VARIANT);
    }
}
