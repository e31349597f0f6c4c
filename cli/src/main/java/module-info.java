// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** The {@code jvfio} command. */
@NullMarked
@SuppressWarnings("requires-automatic") // HdrHistogram has no name of its own yet
module io.jvfio.cli {
    requires static org.jspecify;
    requires io.jvfio.core;
    requires io.jvfio.binding;
    requires io.jvfio.driver.nvme;
    requires io.jvfio.emulation;
    requires io.jvfio.vendor.mlx;
    requires io.jvfio.vfiouser;
    requires io.jvfio.examples;
    requires io.jvfio.models;
    requires io.jvfio.platform.zpci;
    requires io.jvfio.vendor.igd;
    requires HdrHistogram;
    requires com.fasterxml.jackson.core;
    requires info.picocli;

    opens io.jvfio.cli to
            info.picocli;
    opens io.jvfio.cli.bench to
            info.picocli;
    opens io.jvfio.cli.bind to
            info.picocli;
    opens io.jvfio.cli.command to
            info.picocli;
    opens io.jvfio.cli.demo to
            info.picocli;
    opens io.jvfio.cli.device to
            info.picocli;
    opens io.jvfio.cli.host to
            info.picocli;
    opens io.jvfio.cli.igd to
            info.picocli;
    opens io.jvfio.cli.mlx5 to
            info.picocli;
    opens io.jvfio.cli.nvme to
            info.picocli;
    opens io.jvfio.cli.serve to
            info.picocli;
    opens io.jvfio.cli.zpci to
            info.picocli;
}
