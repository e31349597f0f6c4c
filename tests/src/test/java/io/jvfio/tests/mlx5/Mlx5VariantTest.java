// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.Mlx5;
import io.jvfio.vendor.mlx.MlxException;
import io.jvfio.vendor.mlx.NopQueue;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The variant that a function gets when it is opened by its locator. */
@Timeout(60)
class Mlx5VariantTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final BringUpOptions OPTIONS = BringUpOptions.defaults().withLimits(PATIENCE, PATIENCE);

    @ParameterizedTest
    @ValueSource(strings = {"model:mlx5", "model:mlx5?role=vf"})
    void drives_the_function(String locator) {
        try (Vfio vfio = Vfio.create();
                PciDevice device = vfio.openPci(DeviceLocator.parse(locator), OpenOptions.defaults())) {
            Mlx5 mlx = device.as(Mlx5.class).orElseThrow();
            assertThat(mlx.health().isFatal()).isFalse();
            try (Hca hca = mlx.bringUp(OPTIONS);
                    NopQueue queue = hca.createNopQueue(3)) {
                assertThatThrownBy(() -> mlx.bringUp(OPTIONS))
                        .isInstanceOfSatisfying(
                                MlxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
                queue.arm();
                queue.post();
                assertThat(queue.await(PATIENCE)).isPresent();
            }
            assertThat(mlx.hca()).isEmpty();
        }
    }

    @Test
    void gives_everything_back_at_rest_and_forgets_the_function_that_was_reset() {
        try (Vfio vfio = Vfio.create();
                PciDevice device = vfio.openPci(DeviceLocator.parse("model:mlx5"), OpenOptions.defaults())) {
            Mlx5 mlx = device.as(Mlx5.class).orElseThrow();
            Hca first = mlx.bringUp(OPTIONS);
            device.reset();
            assertThat(mlx.hca()).isEmpty();
            assertThatThrownBy(() -> first.createNopQueue(0)).isInstanceOf(IllegalStateException.class);
            assertThat(mlx.bringUp(OPTIONS).pages()).isPositive();
        }
    }
}
