// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.Storeys;
import io.jvfio.device.VariantChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.device.ZpciErrors;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.IovaRange;
import io.jvfio.pci.PciDevice;
import io.jvfio.platform.zpci.Zpci;
import io.jvfio.platform.zpci.ZpciRecovery;
import io.jvfio.platform.zpci.spec.BaseCapability;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import io.jvfio.variant.DeviceStack;
import io.jvfio.variant.StackReport.Candidate;
import io.jvfio.variant.StackReport.State;
import io.jvfio.vendor.igd.spec.OpRegionBuilder;
import io.jvfio.vendor.igd.spec.VbtBuilder;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.Mlx5;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the layer is, and what it makes of a function. */
@Timeout(60)
class ZpciLayerTest {
    private final Vfio vfio = Vfio.create();

    @AfterEach
    void close() {
        vfio.close();
    }

    private DeviceStack put(VfioDevice device) {
        return vfio.stack(device, OpenOptions.defaults());
    }

    private PciDevice open(VfioDevice device) {
        return vfio.pci(put(device).device(), "a function");
    }

    private static Candidate layer(DeviceStack stack) {
        return stack.report().layers().stream()
                .filter(each -> each.id().equals("zpci"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void what_the_function_reports_is_told_by_its_types() {
        try (PciDevice device = open(ZpciFunction.of("nvme"))) {
            Zpci zpci = device.as(Zpci.class).orElseThrow();
            assertThat(zpci.capabilities()).isEqualTo(ZpciFunction.CAPABILITIES);
            assertThat(zpci.host()).isEmpty();
            assertThat(zpci.recordsErrors()).isTrue();
            assertThat(zpci.signalsErrors()).isTrue();
            assertThat(zpci.events()).isEmpty();
            assertThat(device.as(Zpci.class)).containsSame(zpci);
        }
    }

    @Test
    void it_is_on_what_reports_BASE_and_on_nothing_else() {
        DeviceStack with = put(ZpciFunction.of("nvme"));
        assertThat(Storeys.of(with.device()).ids()).containsExactly("zpci");
        assertThat(layer(with).state()).isEqualTo(State.CHOSEN);
        with.device().close();

        DeviceStack without = put(EmulatedDevice.open("nvme", EmulationOptions.defaults()));
        assertThat(Storeys.of(without.device()).ids()).isEmpty();
        assertThat(layer(without).state()).isEqualTo(State.DECLINED);
        assertThat(layer(without).reason()).contains("no BASE");
        assertThat(without.device().ability(Zpci.class)).isEmpty();
        without.device().close();
    }

    @Test
    void what_is_malformed_is_left_alone_and_said() {
        InfoCapability cut = new InfoCapability(BaseCapability.ID, 1, MemorySegment.ofArray(new byte[16]));
        DeviceStack stack = put(ZpciFunction.of("nvme").saying(List.of(cut)));
        assertThat(layer(stack).state()).isEqualTo(State.DECLINED);
        assertThat(layer(stack).reason()).contains("malformed", "BASE", "16 bytes");
        try (PciDevice device = vfio.pci(stack.device(), "a function")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ZpciRecovery.run(device))
                    .withMessageContaining("no layer zpci");
        }
    }

    @Test
    void memory_is_mapped_in_the_aperture_alone() {
        IovaRange aperture = new IovaRange(ZpciFunction.START, ZpciFunction.END);
        try (PciDevice device = open(ZpciFunction.of("nvme"));
                DmaBuffer buffer = device.dma().allocate(0x10_0000)) {
            assertThat(device.device().info().reach()).isEqualTo(aperture);
            assertThat(aperture.contains(IovaRange.of(buffer.iova(), buffer.size())))
                    .isTrue();
        }
    }

    @Test
    void there_are_no_more_vectors_than_the_group_allows() {
        try (VfioDevice plain = EmulatedDevice.open("nvme", EmulationOptions.defaults());
                PciDevice device = open(ZpciFunction.of("nvme"))) {
            assertThat(plain.irq(VfioPci.VFIO_PCI_MSIX_IRQ_INDEX).count()).isGreaterThan(ZpciFunction.VECTORS);
            assertThat(device.interrupts().available(InterruptType.MSIX)).isEqualTo(ZpciFunction.VECTORS);
            for (int index : new int[] {
                VfioPci.VFIO_PCI_INTX_IRQ_INDEX, VfioPci.VFIO_PCI_ERR_IRQ_INDEX, VfioPci.VFIO_PCI_REQ_IRQ_INDEX
            }) {
                assertThat(device.device().irq(index)).isEqualTo(plain.irq(index));
            }
            IrqRequest beyond = IrqRequest.trigger(VfioPci.VFIO_PCI_MSIX_IRQ_INDEX, ZpciFunction.VECTORS, 1);
            assertThatThrownBy(() -> device.device().setIrqs(beyond))
                    .isInstanceOf(VfioException.class)
                    .hasMessageContaining("EINVAL");
            try (Interrupts all = device.interrupts().enableUpTo(InterruptType.MSIX, 64)) {
                assertThat(all.vectors()).isEqualTo(ZpciFunction.VECTORS);
            }
        }
    }

    @Test
    void records_cannot_be_taken_past_it() {
        ZpciFunction function = ZpciFunction.of("nvme");
        DeviceStack stack = put(function);
        assertThat(function.ability(ZpciErrors.class)).isPresent();
        assertThat(stack.device().ability(ZpciErrors.class)).isEmpty();
        stack.device().close();
    }

    @Test
    void a_reset_shows_the_new_handle_to_everybody_above() {
        try (PciDevice device = open(ZpciFunction.of("mlx5"))) {
            Zpci zpci = device.as(Zpci.class).orElseThrow();
            device.reset();
            int handle = ZpciFunction.HANDLE + (1 << 24);
            assertThat(zpci.capabilities().base().fh()).isEqualTo(handle);
            assertThat(ZpciCapabilities.of(device.device().info())
                            .orElseThrow()
                            .base()
                            .fh())
                    .isEqualTo(handle);
        }
    }

    @Test
    void a_variant_of_a_vendor_lies_on_it_and_works_within_its_limits() {
        DeviceStack stack = put(ZpciFunction.of("mlx5"));
        assertThat(Storeys.of(stack.device()).ids()).containsExactly("zpci", "mlx.cx-pf");
        IovaRange aperture = new IovaRange(ZpciFunction.START, ZpciFunction.END);
        try (PciDevice device = vfio.pci(stack.device(), "a function")) {
            assertThat(device.as(Zpci.class)).isPresent();
            try (Hca hca = device.as(Mlx5.class).orElseThrow().bringUp(BringUpOptions.defaults())) {
                assertThat(hca.pages()).isPositive();
                device.device()
                        .addressSpace()
                        .mappings()
                        .forEach(mapping ->
                                assertThat(aperture.contains(mapping.range())).isTrue());
            }
        }
    }

    @Test
    void graphics_of_Intel_s_are_not_on_IBM_Z(@TempDir Path folder) throws IOException {
        byte[] region = new OpRegionBuilder(2, 1)
                .vbtAt(0x2000, new VbtBuilder(250).platform("TIGERLAKE").build())
                .presented()
                .toArray();
        Path file = Files.write(folder.resolve("opregion"), region);
        DeviceStack stack = put(ZpciFunction.of("igd?opregion=" + file));
        assertThat(Storeys.of(stack.device()).ids()).containsExactly("zpci");
        assertThat(stack.report().variants()).first().satisfies(igd -> {
            assertThat(igd.id()).isEqualTo("intel.igd");
            assertThat(igd.state()).isEqualTo(State.DECLINED);
            assertThat(igd.reason()).contains("IBM Z");
        });
        stack.device().close();
    }

    @Test
    void without_a_variant_and_layers_nothing_is_on_it() {
        ZpciFunction function = ZpciFunction.of("nvme");
        DeviceStack stack = vfio.stack(function, OpenOptions.defaults().withVariant(VariantChoice.none()));
        assertThat(stack.device()).isSameAs(function);
        function.close();
    }
}
