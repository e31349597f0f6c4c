// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.device.VfioDevice;
import io.jvfio.variant.DeviceVariantProvider;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantRule;
import io.jvfio.vendor.mlx.spec.MlxFunction;
import java.util.Arrays;
import java.util.List;

/** The variant of physical mlx5 functions, {@code mlx.cx-pf}. Threads: stateless. */
public final class Mlx5PfProvider implements DeviceVariantProvider {

    /** For the service loader. */
    public Mlx5PfProvider() {}

    @Override
    public String id() {
        return "mlx.cx-pf";
    }

    @Override
    public List<VariantRule> rules() {
        return Arrays.stream(MlxFunction.values())
                .filter(function -> !function.isVirtual())
                .map(function -> VariantRule.of(MlxFunction.VENDOR, function.device()))
                .toList();
    }

    @Override
    public VfioDevice open(VfioDevice below, VariantContext context) {
        if (!context.options().isEmpty()) {
            throw new IllegalArgumentException(id() + " has no options");
        }
        return new Mlx5Variant(below, context);
    }
}
