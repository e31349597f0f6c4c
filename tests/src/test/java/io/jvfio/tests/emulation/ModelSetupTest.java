// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceFeature.Direction;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.PostedRegisters;
import io.jvfio.device.Reattachable;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulatedIommu;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.InterruptKinds;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.MsixLayout;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.VectorsUnavailableException;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.IovaExhaustedException;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.TestMemory;
import io.jvfio.variant.RegionOps;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a model can have besides BARs, config space and interrupts. */
final class ModelSetupTest extends ModelFixture {
    private static final RegionType OPREGION = new RegionType(0x8000_8086, 1);
    private static final RegionType OTHER = new RegionType(0x8000_8086, 2);
    private static final int FEATURE = 0x4001;
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;

    private EmulatedDevice open(Consumer<ModelSetup> saying) {
        return special(saying, EmulationOptions.stepped(clock));
    }

    private static InfoCapability capability(int id, int word) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[12]);
        bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) id);
        bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) 1);
        bytes.set(WORD, 8, word);
        return new InfoCapability(id, 1, bytes);
    }

    /** Eight bytes that keep what is written, and say something of themselves. */
    private static final class Kept implements RegionOps {
        private final List<InfoCapability> said;
        private long value;
        private boolean released;

        Kept(InfoCapability... said) {
            this.said = List.of(said);
        }

        @Override
        public long read(long offset, int width) {
            return value >>> 8 * offset & -1L >>> 64 - 8 * width;
        }

        @Override
        public void write(long offset, int width, long written) {
            value = written;
        }

        @Override
        public List<InfoCapability> capabilities() {
            return said;
        }

        @Override
        public void release() {
            released = true;
        }
    }

    @Test
    void a_region_of_its_own_type_follows_those_of_the_bus() {
        Kept kept = new Kept(capability(0x77, 5));
        EmulatedDevice device = open(setup -> {
            assertThat(setup.region(OPREGION, 8, kept)).isEqualTo(9);
            assertThat(setup.readOnlyRegion(OTHER, 4, new Kept())).isEqualTo(10);
            assertThatThrownBy(() -> setup.region(OTHER, 0, new Kept())).isInstanceOf(IllegalArgumentException.class);
        });
        assertThat(device.info().regionCount()).isEqualTo(11);
        RegionInfo region = device.region(9);
        assertThat(region.type()).contains(OPREGION);
        assertThat(region.size()).isEqualTo(8);
        assertThat(region.writable()).isTrue();
        assertThat(region.flags() & VfioPci.VFIO_REGION_INFO_FLAG_CAPS).isNotZero();
        assertThat(region.capability(0x77).orElseThrow().word(8)).isEqualTo(5);
        assertThat(device.region(10).type()).contains(OTHER);
        assertThat(device.region(10).readable()).isTrue();
        assertThat(device.region(10).writable()).isFalse();
        assertThat(device.region(7).capabilities()).isEmpty();

        device.writeRegister(9, 0, 8, 0x1122_3344_5566_7788L);
        command(device, 2, 0);
        assertThat(device.readRegister(9, 4, 4)).isEqualTo(0x1122_3344L);
        assertThatThrownBy(() -> device.readRegister(9, 8, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(device.map(9, 0, 8)).isEmpty();
        device.close();
        assertThat(kept.released).isTrue();
    }

    @Test
    void which_registers_are_doorbells_is_told() {
        EmulatedDevice device = open(setup -> {
            setup.bar(0, 0x1000).posted(0x204, 4, 2).posted(0x100, 8, 1);
            setup.bar(1, 0x1000);
            assertThatThrownBy(() -> setup.bar(2, 0x1000).posted(0xffc, 4, 2))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> setup.bar(3, 0x1000).posted(0x102, 4, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        });
        PostedRegisters posted = device.ability(PostedRegisters.class).orElseThrow();
        assertThat(posted.of(0))
                .containsExactly(
                        new PostedRegisters.Register(0x204, 4),
                        new PostedRegisters.Register(0x208, 4),
                        new PostedRegisters.Register(0x100, 8));
        assertThat(posted.of(1)).isEmpty();
        assertThat(posted.of(7)).isEmpty();
        assertThat(posted.of(9)).isEmpty();
    }

    @Test
    void the_doorbells_of_nvme_are_posted_unless_they_are_mapped() {
        try (EmulatedDevice trapped = EmulatedDevice.open("nvme?size=1MiB&queues=2", EmulationOptions.defaults());
                EmulatedDevice mapped =
                        EmulatedDevice.open("nvme?size=1MiB&doorbells=mapped", EmulationOptions.defaults())) {
            assertThat(trapped.ability(PostedRegisters.class).orElseThrow().of(0))
                    .extracting(PostedRegisters.Register::offset)
                    .containsExactly(0x1000L, 0x1004L, 0x1008L, 0x100cL, 0x1010L, 0x1014L);
            assertThat(mapped.ability(PostedRegisters.class).orElseThrow().of(0))
                    .isEmpty();
        }
    }

    @Test
    void a_bar_says_what_its_registers_say() {
        EmulatedDevice device = open(setup -> {
            setup.bar(0, 0x1000).registers(new Kept(capability(VfioPci.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE, 0)));
            setup.bar(1, 0x1000).registers(new Kept());
        });
        assertThat(device.region(0).msixMappable()).isTrue();
        assertThat(device.region(0).flags() & VfioPci.VFIO_REGION_INFO_FLAG_CAPS)
                .isNotZero();
        assertThat(device.region(1).flags() & VfioPci.VFIO_REGION_INFO_FLAG_CAPS)
                .isZero();
    }

    @Test
    void a_device_says_what_the_model_says_of_it() {
        InfoCapability first = capability(VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_BASE, 3);
        InfoCapability second = capability(0x77, 4);
        EmulatedDevice device = open(setup -> {
            setup.deviceCapability(first);
            setup.deviceCapability(second);
        });
        assertThat(device.info().capabilities()).containsExactly(first, second);
        assertThat(device.info().flags() & VfioPci.VFIO_DEVICE_FLAGS_CAPS).isNotZero();
        EmulatedDevice plain = open(setup -> {});
        assertThat(plain.info().flags() & VfioPci.VFIO_DEVICE_FLAGS_CAPS).isZero();
        assertThat(plain.info().reach()).isEqualTo(IovaRange.ALL);
    }

    @Test
    void memory_is_mapped_where_the_device_reaches() {
        IovaRange reach = new IovaRange(0x2_0000_0000L, 0x2_0000_ffffL);
        EmulatedDevice device = open(setup -> setup.reach(reach));
        assertThat(device.info().reach()).isEqualTo(reach);
        map(device, 0x10_0000);
        try (PciDevice pci = closing(Vfio.create()).pci(device, "special");
                DmaBuffer buffer = pci.dma().allocate(0x1000)) {
            assertThat(reach.contains(buffer.iova())).isTrue();
            assertThatThrownBy(() -> pci.dma().allocate(0x20_0000)).isInstanceOf(IovaExhaustedException.class);
        }
    }

    @Test
    void a_device_limits_the_space_that_it_is_in_as_long_as_it_is_there() {
        EmulatedIommu space = closing(EmulatedIommu.of(EmulatedIommu.Settings.defaults()));
        List<IovaRange> before = space.usable();
        IovaRange aperture = new IovaRange(0xfe00_0000L, 0x1_ffff_ffffL);
        EmulatedDevice device = open(setup -> setup.usable(List.of(aperture)));
        assertThat(device.addressSpace().usable())
                .containsExactly(
                        new IovaRange(0xfe00_0000L, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, 0x1_ffff_ffffL));
        assertThatThrownBy(() -> map(device, 0x10_0000)).isInstanceOf(IovaExhaustedException.class);

        Reattachable attachment = device.ability(Reattachable.class).orElseThrow();
        TestMemory memory = closing(TestMemory.ofPages(1));
        var outside = space.map(memory.source(), MapRequest.defaults().withIova(0x10_0000));
        assertThatThrownBy(() -> attachment.replace(space))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0x100000");
        assertThat(space.usable()).isEqualTo(before);
        outside.close();
        attachment.replace(space);
        assertThat(space.usable()).hasSize(2).allMatch(aperture::contains);
        attachment.detach();
        assertThat(space.usable()).isEqualTo(before);
    }

    @Test
    void devices_without_a_common_address_share_no_space() {
        EmulatedIommu space = closing(EmulatedIommu.of(EmulatedIommu.Settings.defaults()));
        EmulatedDevice low = open(setup -> setup.usable(List.of(new IovaRange(0, 0xffff_ffffL))));
        EmulatedDevice high = open(setup -> setup.usable(List.of(new IovaRange(0x1_0000_0000L, -1))));
        low.ability(Reattachable.class).orElseThrow().replace(space);
        Reattachable late = high.ability(Reattachable.class).orElseThrow();
        assertThatThrownBy(() -> late.replace(space)).isInstanceOf(IllegalStateException.class);
        assertThat(high.addressSpace()).isNotSameAs(space);
        low.ability(Reattachable.class).orElseThrow().detach();
        late.replace(space);
        assertThat(high.addressSpace()).isSameAs(space);
    }

    private record Word(int number, Direction direction, int size, int value) implements DeviceFeature<Integer> {
        @Override
        public void encode(MemorySegment payload) {
            payload.set(WORD, 0, value);
        }

        @Override
        public Integer decode(MemorySegment payload) {
            return direction == Direction.GET ? payload.get(WORD, 0) : 0;
        }
    }

    @Test
    void a_feature_is_what_the_model_makes_of_it() {
        List<Integer> taken = new ArrayList<>();
        EmulatedDevice device = open(setup -> {
            setup.feature(FEATURE, Direction.GET, 4, payload -> payload.set(WORD, 0, 42));
            setup.feature(FEATURE + 1, Direction.SET, 4, payload -> taken.add(payload.get(WORD, 0)));
            assertThatThrownBy(() -> setup.feature(FEATURE, Direction.GET, 4, payload -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> setup.feature(FEATURE, Direction.PROBE_GET, 0, payload -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> setup.feature(2, Direction.SET, 4, payload -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Migration");
        });
        assertThat(device.feature(new Word(FEATURE, Direction.GET, 4, 0))).contains(42);
        assertThat(device.feature(new Word(FEATURE, Direction.SET, 4, 1))).isEmpty();
        assertThat(device.feature(new Word(FEATURE + 1, Direction.SET, 8, 17))).contains(0);
        assertThat(taken).containsExactly(17);
        assertThat(device.feature(new DeviceFeature.Probe(FEATURE, Direction.PROBE_GET)))
                .isPresent();
        assertThat(device.feature(new DeviceFeature.Probe(FEATURE, Direction.PROBE_SET)))
                .isEqualTo(Optional.empty());
        assertThat(DeviceFeature.Probe.any(device, FEATURE + 1)).isTrue();
        assertThat(DeviceFeature.Probe.any(device, FEATURE + 2)).isFalse();
        assertThatThrownBy(() -> device.feature(new Word(FEATURE, Direction.GET, 2, 0)))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("EINVAL");
    }

    private EmulatedDevice messages(InterruptKinds kinds) {
        return open(setup -> {
            setup.bar(0, 0x1000);
            setup.interrupts(kinds.withMsi(4).withMsix(MsixLayout.of(8, 0, 0, 0x800)));
        });
    }

    private IrqRequest request(int index, int start, int count) {
        List<Fd> fds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            fds.add(eventfd().fd());
        }
        return IrqRequest.assign(index, start, fds);
    }

    @Test
    void who_asks_for_more_vectors_than_can_be_had_is_told_how_many() {
        EmulatedDevice device = messages(InterruptKinds.none().withAvailable(3));
        assertThat(device.irq(MSIX).count()).isEqualTo(8);
        assertThat(device.setIrqs(request(MSIX, 0, 8))).isEqualTo(3);
        assertThat(device.setIrqs(request(MSI, 0, 4))).isEqualTo(3);
        assertThat(device.setIrqs(request(MSI, 0, 3))).isZero();
        assertThat(device.setIrqs(IrqRequest.disable(MSI))).isZero();
        try (PciDevice pci = closing(Vfio.create()).pci(device, "special")) {
            assertThatThrownBy(() -> pci.interrupts().enable(InterruptType.MSIX, 4))
                    .isInstanceOfSatisfying(
                            VectorsUnavailableException.class,
                            e -> assertThat(e.available()).isEqualTo(3));
            try (var some = pci.interrupts().enableUpTo(InterruptType.MSIX, 8)) {
                assertThat(some.vectors()).isEqualTo(3);
            }
        }
        assertThatThrownBy(() -> InterruptKinds.none().withAvailable(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void vectors_that_cannot_be_resized_take_no_more_until_they_are_off() {
        EmulatedDevice device = messages(InterruptKinds.none().withoutResize());
        assertThat(device.irq(MSIX).resizable()).isFalse();
        assertThat(device.irq(VfioPci.VFIO_PCI_REQ_IRQ_INDEX).resizable()).isTrue();
        assertThat(device.setIrqs(request(MSIX, 0, 1))).isZero();
        assertThat(device.setIrqs(request(MSIX, 0, 1))).isZero();
        IrqRequest more = request(MSIX, 1, 2);
        assertThatThrownBy(() -> device.setIrqs(more))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("EINVAL");
        device.setIrqs(IrqRequest.disable(MSIX));
        List<Fd> sparse = new ArrayList<>(Collections.nCopies(3, null));
        sparse.set(0, eventfd().fd());
        assertThat(device.setIrqs(IrqRequest.assign(MSIX, 0, sparse))).isZero();
        assertThat(device.setIrqs(more)).isZero();
    }
}
