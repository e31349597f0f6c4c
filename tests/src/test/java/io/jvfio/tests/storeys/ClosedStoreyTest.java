// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Vfio;
import io.jvfio.device.HotReset;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.Quiesce;
import io.jvfio.device.SlowRegions;
import io.jvfio.device.Storeys;
import io.jvfio.device.VfioDevice;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.emulation.Models;
import io.jvfio.variant.VariantContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a storey when its device is closed: names, and errors that say so. */
class ClosedStoreyTest {
    @TempDir
    private Path folder;

    @Test
    void what_a_variant_does_and_was_given_ends_with_its_device() {
        try (Vfio vfio = Vfio.create(InventedProviders.in(folder))) {
            VfioDevice device = vfio.openDevice(Models.FULL, OpenOptions.defaults());
            VariantContext context =
                    device.ability(InventedProviders.Adding.class).orElseThrow().given();
            Quiesce quiesce = device.ability(Quiesce.class).orElseThrow();
            Optional<HotReset> hotReset = device.ability(HotReset.class);
            SlowRegions slow = device.ability(SlowRegions.class).orElseThrow();
            device.close();
            Map<String, ThrowingCallable> uses = Map.of(
                    "an added region", () -> device.readRegister(9, 0, 8),
                    "a trap", () -> device.readRegister(InventedProviders.MEMORY, 0x2000, 4),
                    "an overlay", () -> device.readRegister(7, InventedProviders.OVERLAID, 4),
                    "rest", () -> quiesce.quiesce(Duration.ZERO),
                    "DMA", () -> context.dma().allocate(4096),
                    "interrupts", () -> context.interrupts().enable(InterruptType.MSIX, 1),
                    "config space", () -> context.config().read32(0),
                    "a reset", device::reset);
            uses.forEach((what, use) -> assertThatThrownBy(use)
                    .as(what)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed"));
            hotReset.ifPresent(reset -> assertThatThrownBy(() -> reset.reset(Set.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed"));
            assertThat(Storeys.of(device).ids()).isEqualTo(List.of("test.layer", "test.adding"));
            assertThat(slow.slow(9)).isFalse();
            assertThat(context.id()).isEqualTo("test.adding");
        }
    }

    @Test
    void the_API_of_a_variant_is_not_had_from_a_closed_device() {
        try (Vfio vfio = Vfio.create(InventedProviders.in(folder))) {
            PciDevice device = vfio.openPci(Models.FULL, OpenOptions.defaults());
            device.close();
            assertThatThrownBy(() -> device.as(InventedProviders.Adding.class))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            assertThatThrownBy(() -> device.region(InventedProviders.TYPE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }
}
