// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VariantChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.ManualClock;
import io.jvfio.emulation.ModelReport;
import io.jvfio.emulation.ModelReport.Missing;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.igd.IntelGraphics;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.OpRegionBuilder;
import io.jvfio.vendor.igd.spec.VbtBuilder;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The variant of Intel graphics on its model: in this process, over a socket, and through two of them. */
@Timeout(60)
class IgdVariantTest {
    private static final int CONFIG = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
    private static final int ASLS = 0xfc;

    @TempDir
    Path folder;

    private Blob region;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        Blob table = new VbtBuilder(250)
                .platform("TIGERLAKE")
                .block(254, new byte[4])
                .build();
        region = new OpRegionBuilder(2, 1).vbtAt(0x2000, table).presented();
        file = Files.write(folder.resolve("opregion"), region.toArray());
    }

    private static OpenOptions choose(String variant) {
        return OpenOptions.defaults().withVariant(VariantChoice.parse(variant));
    }

    private String model(int generation) {
        return "model:igd?generation=" + generation + "&opregion=" + file;
    }

    private static PciDevice open(String locator, String variant) {
        return Vfio.open(locator, choose(variant));
    }

    @ParameterizedTest
    @CsvSource({"6,0x5c,4,2,64", "7,0x5c,4,2,64", "8,0x5c,4,8,64", "9,0x5c,4,8,64", "11,0xc0,8,8,64", "12,0xc0,8,8,64"})
    void a_guest_gets_registers_of_its_own_and_their_mirrors(
            int generation, String bdsm, int width, long gtt, long stolen) {
        try (PciDevice device = open(model(generation), "auto")) {
            VfioDevice below = device.device();
            int base = Integer.decode(bdsm);
            assertThat(device.config().read32(ASLS)).isZero();
            assertThat(device.config().read32(base)).isZero();
            assertThat(below.readRegister(0, 0x1080c0, 4)).isZero();

            device.config().write32(ASLS, 0x1234_5000);
            below.writeRegister(0, 0x1080c0, 4, 0x7ff0_0000L);

            IntelGraphics graphics = IntelGraphics.of(device);
            assertThat(graphics.generation().number()).isEqualTo(generation);
            assertThat(graphics.generation().bdsmWidth()).isEqualTo(width);
            assertThat(graphics.opRegionAddress()).isEqualTo(0x1234_5000);
            assertThat(device.config().read32(base)).isEqualTo(0x7ff0_0000);
            assertThat(graphics.stolenBase().orElseThrow().address()).isEqualTo(0x7ff0_0000L);
            assertThat(graphics.graphicsControl().orElseThrow().gttBytes()).isEqualTo(gtt << 20);
            assertThat(graphics.graphicsControl().orElseThrow().stolenBytes()).isEqualTo(stolen << 20);
            assertThat(below.readRegister(0, 0x108040, 2))
                    .isEqualTo(device.config().read16(0x50));
            device.reset();
            assertThat(device.config().read32(ASLS)).isEqualTo(0x1234_5000);
        }
    }

    @Test
    void the_device_keeps_its_own_address_under_the_variant() {
        try (Vfio vfio = Vfio.create();
                VfioDevice model = vfio.openDevice(DeviceLocator.parse(model(9)), choose("none"))) {
            long before = model.readRegister(CONFIG, ASLS, 4);
            assertThat(before).isNotZero();
            VfioDevice top = vfio.stack(model, choose("auto")).device();
            top.writeRegister(CONFIG, ASLS, 4, 0x55aa_0000L);

            assertThat(top.readRegister(CONFIG, ASLS, 4)).isEqualTo(0x55aa_0000L);
            assertThat(model.readRegister(CONFIG, ASLS, 4)).isEqualTo(before);
            top.close();
        }
    }

    @Test
    void the_regions_are_found_by_their_types() {
        try (PciDevice device = open(model(12), "auto")) {
            IntelGraphics graphics = IntelGraphics.of(device);

            assertThat(graphics.opRegionBytes()).contains(region);
            assertThat(graphics.opRegion().orElseThrow().vbt().orElseThrow().platform())
                    .isEqualTo("TIGERLAKE");
            assertThat(graphics.hostBridge().orElseThrow().read16(0)).isEqualTo(0x8086);
            assertThat(graphics.lpcBridge().orElseThrow().read16(2)).isEqualTo(0x2918);
        }
    }

    @Test
    void without_an_OpRegion_there_is_no_variant_unless_a_file_has_one() {
        try (PciDevice device = open("model:igd", "auto")) {
            assertThat(IntelGraphics.of(device).opRegionBytes()).isEmpty();
            device.config().write32(ASLS, 0x1111_0000);
            assertThat(device.config().read32(ASLS)).isEqualTo(0x1111_0000);
            device.reset();
            assertThat(device.config().read32(0x5c)).isNotZero();
        }
        try (PciDevice device = open("model:igd", "intel.igd?opregion=" + file)) {
            assertThat(IntelGraphics.of(device).opRegionBytes()).contains(region);
            assertThat(device.config().read32(0x5c)).isZero();
        }
        assertThatThrownBy(() -> open("model:igd", "intel.igd")).hasMessageContaining("no OpRegion");
    }

    @Test
    void what_cannot_be_is_refused_with_a_reason() throws IOException {
        Path other = Files.write(folder.resolve("other"), new byte[9000]);

        assertThatThrownBy(() -> open(model(9), "intel.igd?opregion=" + file)).hasStackTraceContaining("of its own");
        assertThatThrownBy(() -> open("model:igd", "intel.igd?opregion=" + other))
                .hasStackTraceContaining("no OpRegion");
        assertThatThrownBy(() -> open(model(9), "intel.igd?colour=red")).hasStackTraceContaining("no option");
        assertThatThrownBy(() -> open(model(9), "intel.igd?gms=0x41")).hasStackTraceContaining("no size");
    }

    @Test
    void a_guest_can_be_shown_another_size_of_stolen_memory() {
        try (PciDevice device = open(model(9), "intel.igd?gms=0xf1")) {
            device.config().write16(0x50, (short) 0);

            assertThat(IntelGraphics.of(device).graphicsControl().orElseThrow().stolenBytes())
                    .isEqualTo(8 << 20);
            assertThat(device.device().readRegister(0, 0x108040, 2)).isEqualTo(0xf1c1);
            assertThat(device.device().readRegister(0, 0x108042, 2)).isZero();
        }
    }

    @Test
    void regions_and_registers_reach_clients_through_two_exports_and_nothing_is_put_on_twice() {
        Path first = folder.resolve("1.sock");
        Path second = folder.resolve("2.sock");
        try (Vfio vfio = Vfio.create();
                VfioDevice model = vfio.openDevice(DeviceLocator.parse(model(9)), choose("auto"));
                VfioUserServer near =
                        VfioUserServer.listen(model, first, ServerOptions.defaults(), ServerListener.NONE);
                VfioDevice hop = vfio.openDevice(DeviceLocator.parse("vfio-user:" + first), choose("auto"));
                VfioUserServer far = VfioUserServer.listen(hop, second, ServerOptions.defaults(), ServerListener.NONE);
                PciDevice device = open("vfio-user:" + second, "auto")) {
            assertThat(Arrays.asList(near, far)).doesNotContainNull();
            IntelGraphics graphics = IntelGraphics.of(device);

            assertThat(graphics.opRegionBytes()).contains(region);
            assertThat(graphics.opRegionAddress()).isZero();
            device.config().write32(ASLS, 0x2222_0000);
            device.config().write32(0x5c, 0x3330_0000);
            assertThat(device.device().readRegister(0, 0x1080c0, 4)).isEqualTo(0x3330_0000L);
            assertThat(model.readRegister(CONFIG, ASLS, 4)).isEqualTo(0x2222_0000L);
        }
    }

    @Test
    void what_the_model_lacks_is_told_by_the_names_of_the_registers() {
        ManualClock clock = new ManualClock();
        EmulationOptions options = EmulationOptions.stepped(clock).withDiagnostics(true);
        try (EmulatedDevice device = EmulatedDevice.open(model(11), options)) {
            device.writeRegister(CONFIG, 4, 2, 3); // memory and ports
            device.readRegister(CONFIG, 0x50, 2);
            device.writeRegister(CONFIG, ASLS, 4, 0x1000);
            device.readRegister(0, 0x1080c0, 8);
            device.readRegister(9, 0x58, 4);
            device.readRegister(10, 0, 4);
            assertThat(device.report().orElseThrow().isEmpty()).isTrue();
            assertThat(device.report().orElseThrow().undescribed()).isEmpty();

            device.writeRegister(CONFIG, 0xe8, 2, 0x8001);
            device.writeRegister(CONFIG, 0xc0, 4, 0);
            device.readRegister(CONFIG, 0x60, 4);
            device.writeRegister(4, 0, 4, 1);
            device.writeRegister(0, 0x108040, 4, 1);
            for (int i = 0; i <= 10; i++, clock.advance(Duration.ofMillis(100))) {
                device.readRegister(9, 0x100, 4); // until somebody else writes it
            }
            ModelReport report = device.report().orElseThrow();
            assertThat(report.missing())
                    .containsExactly(
                            new Missing(0, 0x108040, 4, true, "GGC", 1),
                            new Missing(4, 0, 4, true, "INDEX", 1),
                            new Missing(CONFIG, 0x60, 4, false, null, 1),
                            new Missing(CONFIG, 0xc0, 4, true, "BDSM", 1),
                            new Missing(CONFIG, 0xe8, 2, true, "SWSCI", 1));
            assertThat(report.spins())
                    .singleElement()
                    .satisfies(spin -> assertThat(spin.region()).isEqualTo(9));
        }
    }
}
