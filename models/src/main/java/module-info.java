// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** Simulators of the devices that vendor modules drive, and of the platforms that they are in. */
@NullMarked
module io.jvfio.models {
    requires static org.jspecify;
    requires transitive io.jvfio.emulation;
    requires io.jvfio.platform.zpci;
    requires io.jvfio.vendor.igd;
    requires io.jvfio.vendor.mlx;

    provides io.jvfio.emulation.ModelProvider with
            io.jvfio.models.igd.IgdProvider,
            io.jvfio.models.mlx5.Mlx5Provider;
    provides io.jvfio.emulation.ModelWrapper with
            io.jvfio.models.zpci.ZpciWrapper;
}
