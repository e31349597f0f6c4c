// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulatedIommu;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.FaultPlan;
import io.jvfio.emulation.ManualClock;
import io.jvfio.emulation.ModelReport;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Layouts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What docs/model-guide.md quotes, and does. */
final class ModelGuideTest {
    @Test
    void a_driver_uses_the_model() throws InterruptedException {
        try (PciDevice adder = Vfio.open("model:adder")) {
            adder.enableBusMaster();
            Mmio regs = adder.bar(0).mmio();
            try (DmaBuffer numbers = adder.dma().allocate(4096);
                    Interrupts done = adder.interrupts().enable(InterruptType.MSIX, 1)) {
                numbers.memory().set(Layouts.LE_INT, 0, 40);
                numbers.memory().set(Layouts.LE_INT, 4, 2);
                regs.write64(AdderModel.ADDRESS, numbers.iova());
                regs.write32(AdderModel.COUNT, 2);
                assertThat(done.await(0, Duration.ofSeconds(5))).isEqualTo(1);
                assertThat(regs.read64(AdderModel.SUM)).isEqualTo(42);
            }
        }
    }

    @Test
    void a_test_steps_the_model() {
        try (EmulatedDevice adder =
                EmulatedDevice.open(new AdderProvider(), "most=16", EmulationOptions.stepped(new ManualClock()))) {
            adder.writeRegister(0, AdderModel.ADDRESS, 8, 0xdead_0000L);
            adder.writeRegister(0, AdderModel.COUNT, 4, 16);
            assertThat(adder.readRegister(0, AdderModel.STATUS, 4)).isZero();
            adder.writeRegister(7, 4, 2, 0x6); // memory decoding and bus mastering
            assertThat(adder.step()).isTrue();
            assertThat(adder.readRegister(0, AdderModel.STATUS, 4)).isEqualTo(AdderModel.FAILED);
            EmulatedIommu iommu = (EmulatedIommu) adder.addressSpace();
            assertThat(iommu.faults().getFirst().iova()).isEqualTo(0xdead_0000L);
        }
    }

    @Test
    void a_test_makes_things_go_wrong() {
        FaultPlan plan = FaultPlan.parse("drop:interrupt:nth=1;corrupt:dma-read:p=0.01;seed=42");
        EmulationOptions options = EmulationOptions.stepped(new ManualClock()).withFaults(plan);
        try (EmulatedDevice adder = EmulatedDevice.open("model:adder", options)) {
            adder.writeRegister(0, AdderModel.COUNT, 4, 1);
            adder.step();
            assertThat(adder.faultLog()).hasSize(1);
        }
    }

    @Test
    void a_test_asks_what_is_missing() {
        ManualClock clock = new ManualClock();
        EmulationOptions options = EmulationOptions.stepped(clock).withDiagnostics(true);
        try (EmulatedDevice adder = EmulatedDevice.open("model:adder", options)) {
            adder.writeRegister(0, AdderModel.SUM, 8, 1); // read-only
            for (int i = 0; i <= 10; i++, clock.advance(Duration.ofMillis(100))) {
                adder.readRegister(0, AdderModel.STATUS, 4); // nobody has started it
            }
            ModelReport report = adder.report().orElseThrow();
            assertThat(report.missing().getFirst().register()).isEqualTo("SUM");
            assertThat(report.spins().getFirst().register()).isEqualTo("STATUS");
        }
    }
}
