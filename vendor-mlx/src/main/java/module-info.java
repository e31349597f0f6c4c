// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/**
 * NVIDIA ConnectX and BlueField (mlx5): bring-up over VFIO, and the device's vocabulary for whoever builds the other
 * side.
 */
@NullMarked
module io.jvfio.vendor.mlx {
    requires static org.jspecify;
    requires transitive io.jvfio.core;

    exports io.jvfio.vendor.mlx;
    exports io.jvfio.vendor.mlx.spec;

    provides io.jvfio.variant.DeviceVariantProvider with
            io.jvfio.vendor.mlx.Mlx5PfProvider,
            io.jvfio.vendor.mlx.Mlx5VfProvider;
}
