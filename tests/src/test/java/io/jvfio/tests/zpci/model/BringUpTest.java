// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.Mlx5;
import io.jvfio.vendor.mlx.NopQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** mlx5 as a zPCI function: its pages are in the aperture, its doorbells are register accesses, its vectors are few. */
@Timeout(60)
final class BringUpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @ParameterizedTest
    @ValueSource(strings = {"role=pf", "role=vf&zpci.vfn=1", "vectors=64&zpci.noi=2", "zpci.aperture=16MiB"})
    void mlx5_is_brought_up(String options) {
        DeviceLocator locator = DeviceLocator.parse("model:zpci?of=mlx5&" + options);
        try (Vfio vfio = Vfio.create();
                PciDevice device = vfio.openPci(locator, OpenOptions.defaults())) {
            Mlx5 mlx = device.as(Mlx5.class).orElseThrow();
            try (Hca hca = mlx.bringUp(BringUpOptions.defaults().withLimits(PATIENCE, PATIENCE));
                    NopQueue queue = hca.createNopQueue(3)) {
                List<Long> addresses = new ArrayList<>();
                device.device().addressSpace().mappings().forEach(each -> addresses.add(each.iova()));
                assertThat(addresses).isNotEmpty().allMatch(iova -> iova >= 1L << 32);
                queue.arm();
                queue.post();
                assertThat(queue.await(PATIENCE)).isPresent();
            }
        }
    }
}
