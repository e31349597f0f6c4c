// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.HotReset;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.Reattachable;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.MapRequest;
import io.jvfio.pci.config.PciRegisters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What holds for every {@link VfioDevice}, whatever is behind it. Run it on a carrier by a subclass that names a device:
 *
 * <pre>{@code
 * final class MyDeviceTest extends VfioDeviceContract {
 *     protected DeviceLocator locator() {
 *         return DeviceLocator.parse("vfio-user:/run/device.sock");
 *     }
 * }
 * }</pre>
 *
 * <p>A device that is not on the PCI bus names registers of its own by {@link #scratch} and {@link #identity}.
 *
 * <p>Threads: one at a time.
 */
public abstract class VfioDeviceContract extends IrqRequestContract {

    /** A feature number that nobody uses. */
    private static final int NO_FEATURE = 0xfff0;

    private static final int MODIFICATIONS = 200;

    /** For subclasses. */
    protected VfioDeviceContract() {}

    @Test
    void a_device_has_as_many_regions_and_irqs_as_it_says() {
        VfioDevice device = open();
        DeviceInfo info = device.info();
        assertThat(info.regionCount()).isPositive();
        for (int i = 0; i < info.regionCount(); i++) {
            assertThat(device.region(i).index()).isEqualTo(i);
            assertThat(device.region(i).size()).isNotNegative();
        }
        for (int i = 0; i < info.irqCount(); i++) {
            assertThat(device.irq(i).index()).isEqualTo(i);
            assertThat(device.irq(i).count()).isNotNegative();
        }
        for (int index : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> device.region(index)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.irq(index)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> device.region(info.regionCount())).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> device.irq(info.irqCount())).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void a_feature_that_a_device_does_not_have_is_absent() {
        VfioDevice device = open();
        assertThat(device.feature(new DeviceFeature.Probe(NO_FEATURE, DeviceFeature.Direction.PROBE_GET)))
                .isEmpty();
    }

    @Test
    void a_feature_that_can_be_used_can_be_probed() {
        VfioDevice device = open();
        for (int feature = 0; feature <= 12; feature++) {
            boolean get = probe(device, feature, DeviceFeature.Direction.PROBE_GET);
            boolean set = probe(device, feature, DeviceFeature.Direction.PROBE_SET);
            assertThat(DeviceFeature.Probe.any(device, feature)).isEqualTo(get || set);
        }
    }

    private static boolean probe(VfioDevice device, int feature, DeviceFeature.Direction direction) {
        return device.feature(new DeviceFeature.Probe(feature, direction)).isPresent();
    }

    @Test
    void a_feature_whose_bytes_hold_an_address_or_a_descriptor_is_refused_with_the_ability_to_use() {
        VfioDevice device = open();
        for (int number : List.of(2, 4, 6, 8, 11, 13)) {
            for (DeviceFeature.Direction way : List.of(DeviceFeature.Direction.GET, DeviceFeature.Direction.SET)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> device.feature(new RawFeature(number, way, 16)))
                        .withMessageContaining("ability");
            }
        }
    }

    @Test
    void a_feature_request_with_numbers_that_cannot_be_is_refused() {
        VfioDevice device = open();
        DeviceFeature.Direction get = DeviceFeature.Direction.GET;
        for (RawFeature bad : List.of(
                new RawFeature(-1, get, 0),
                new RawFeature(0x1_0000, get, 0),
                new RawFeature(0, get, -1),
                new RawFeature(0, get, DeviceFeature.LARGEST + 1),
                new RawFeature(0, DeviceFeature.Direction.PROBE_GET, 4))) {
            assertThatIllegalArgumentException().isThrownBy(() -> device.feature(bad));
        }
    }

    /** A request that its author has made up. */
    private record RawFeature(int number, DeviceFeature.Direction direction, int size) implements DeviceFeature<Long> {
        @Override
        public Long decode(MemorySegment payload) {
            return payload.byteSize();
        }
    }

    @Test
    void an_ability_is_the_same_object_each_time() {
        VfioDevice device = open();
        for (Class<?> type : List.of(Fd.class, Reattachable.class, HotReset.class)) {
            Optional<?> found = device.ability(type);
            assertThat(device.ability(type)).isEqualTo(found);
            found.ifPresent(
                    ability -> assertThat(device.ability(type).orElseThrow()).isSameAs(ability));
        }
        assertThat(device.ability(Runnable.class)).isEmpty();
    }

    @Test
    void bits_of_config_space_are_changed_without_their_neighbours() {
        VfioDevice device = open();
        int config = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
        long line = configScratch(device);
        device.writeRegister(config, line, 1, 0x5a);
        assertThat(device.modifyRegister(config, line, 1, 0x0f, 0xf3)).isEqualTo(0x5a);
        assertThat(device.readRegister(config, line, 1)).isEqualTo(0x53);
        assertThat(device.modifyRegister(config, line, 1, 0, 0xff)).isEqualTo(0x53);
        assertThat(device.readRegister(config, line, 1)).isEqualTo(0x53);
        assertThatIllegalArgumentException().isThrownBy(() -> device.modifyRegister(config, line, 3, 0, 0));
        long size = device.region(config).size();
        assertThatThrownBy(() -> device.modifyRegister(config, size - 1, 2, 0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        for (int region = 0; region < config; region++) {
            int other = region;
            assertThatIllegalArgumentException().isThrownBy(() -> device.modifyRegister(other, 0, 4, 0, 0));
        }
    }

    @Test
    void modifications_of_config_space_exclude_each_other_and_plain_writes() throws Exception {
        VfioDevice device = open();
        int config = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
        long line = configScratch(device);
        device.writeRegister(config, line, 1, 0);
        List<Callable<Integer>> writers = new ArrayList<>();
        for (int bit = 0; bit < 4; bit++) {
            int own = 1 << bit;
            writers.add(() -> {
                int lost = 0;
                for (int i = 0; i < MODIFICATIONS; i++) {
                    lost += (device.modifyRegister(config, line, 1, own, own) & own) != 0 ? 1 : 0;
                    lost += (device.modifyRegister(config, line, 1, own, 0) & own) == 0 ? 1 : 0;
                }
                return lost;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(writers.size())) {
            for (Future<Integer> lost : threads.invokeAll(writers)) {
                assertThat(lost.get()).isZero();
            }
        }
        assertThat(device.readRegister(config, line, 1)).isZero();
    }

    /** The offset of a byte of config space that keeps what is written to it. */
    private long configScratch(VfioDevice device) {
        assumeTrue(device.info().pci(), "not a PCI device");
        TestRegister scratch = scratch();
        assumeTrue(device.info().isConfigSpace(scratch.region()), "config space of this device keeps nothing");
        assertThat(scratch.width()).isEqualTo(1);
        return scratch.offset();
    }

    @Test
    void bus_mastering_is_off_after_open() {
        VfioDevice device = open();
        if (device.info().pci()) {
            assertThat(command(device) & PciRegisters.COMMAND_MASTER).isZero();
        }
    }

    @Test
    void a_reset_keeps_maps_and_interrupts_and_turns_bus_mastering_off() {
        VfioDevice device = open();
        if (!device.info().resettable()) {
            assertThatThrownBy(device::reset)
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.name()).isEqualTo("ENOTTY"));
            return;
        }
        if (device.info().pci()) {
            device.writeRegister(
                    VfioPci.VFIO_PCI_CONFIG_REGION_INDEX,
                    PciRegisters.COMMAND,
                    2,
                    command(device) | PciRegisters.COMMAND_MASTER);
        }
        int irq = firstIrq(device);
        EventFd eventfd = closing(EventFd.open(SystemCalls.linux()));
        if (irq >= 0) {
            device.setIrqs(IrqRequest.assign(irq, 0, List.of(eventfd.fd())));
        }
        DmaMapping mapping = mapSomething(device.addressSpace());
        long identity = read(device, identity());
        device.reset();
        assertThat(read(device, identity())).isEqualTo(identity);
        assertThat(device.addressSpace().mappings().find(mapping.iova())).isSameAs(mapping);
        if (device.info().pci()) {
            assertThat(command(device) & PciRegisters.COMMAND_MASTER).isZero();
        }
        if (irq >= 0) {
            device.setIrqs(IrqRequest.trigger(irq, 0, 1));
            assertThat(eventfd.drain()).isEqualTo(1);
        }
    }

    @Test
    void the_descriptor_is_borrowed_and_ends_with_the_device() {
        VfioDevice device = open();
        device.ability(Fd.class).ifPresent(fd -> {
            assertThat(fd.isOpen()).isTrue();
            try (Fd copy = fd.duplicate()) {
                device.close();
                assertThat(fd.isOpen()).isFalse();
                assertThat(copy.isOpen()).isTrue();
            }
        });
    }

    @Test
    void a_closed_device_refuses_everything() {
        VfioDevice device = open();
        TestRegister at = identity();
        device.close();
        device.close();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(4);
            List<ThrowingCallable> operations = List.of(
                    () -> device.readRegister(at.region(), at.offset(), at.width()),
                    () -> device.writeRegister(at.region(), at.offset(), at.width(), 0),
                    () -> device.read(at.region(), at.offset(), bytes),
                    () -> device.write(at.region(), at.offset(), bytes),
                    () -> device.map(at.region(), 0, 4),
                    () -> device.setIrqs(IrqRequest.disable(0)),
                    () -> device.feature(new DeviceFeature.Probe(0, DeviceFeature.Direction.PROBE_SET)),
                    device::reset);
            assertThat(operations)
                    .allSatisfy(operation -> assertThatThrownBy(operation).isInstanceOf(IllegalStateException.class));
        }
    }

    @Test
    void a_device_can_be_opened_again_after_it_was_closed() {
        for (int i = 0; i < 3; i++) {
            try (VfioDevice device = open()) {
                assertThat(read(device, identity())).isNotZero();
            }
        }
    }

    @Test
    void the_address_space_is_the_one_it_was_opened_in_and_outlives_it() {
        AddressSpace space = emptySpace();
        VfioDevice device = openIn(space);
        assertThat(device.addressSpace()).isSameAs(space);
        DmaMapping mapping = mapSomething(space);
        device.close();
        assertThat(mapping.isOpen()).isTrue();
        assertThat(space.mappings().find(mapping.iova())).isSameAs(mapping);
    }

    @Test
    void threads_read_registers_at_the_same_time() throws Exception {
        VfioDevice device = open();
        TestRegister at = identity();
        long expected = read(device, at);
        inParallel(4, () -> {
            for (int i = 0; i < 200; i++) {
                assertThat(read(device, at)).isEqualTo(expected);
            }
        });
    }

    @Test
    void a_close_while_threads_read_ends_them_with_a_clear_exception() throws Exception {
        VfioDevice device = open();
        TestRegister at = identity();
        long expected = read(device, at);
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(threads.submit(() -> assertThatThrownBy(() -> {
                            while (true) {
                                assertThat(read(device, at)).isEqualTo(expected);
                            }
                        })
                        .isInstanceOf(IllegalStateException.class)));
            }
            for (int i = 0; i < 20; i++) {
                read(device, at);
            }
            device.close();
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
    }

    private int firstIrq(VfioDevice device) {
        for (int index = 0; index < device.info().irqCount(); index++) {
            if (canTrigger(device.irq(index))) {
                return index;
            }
        }
        return -1;
    }

    private DmaMapping mapSomething(AddressSpace space) {
        TestMemory memory = closing(memory());
        return closing(space.map(memory.source(), MapRequest.defaults().withLabel("contract")));
    }

    private static long command(VfioDevice device) {
        return device.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.COMMAND, 2);
    }

    private static void inParallel(int threads, Runnable body) throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(executor.submit(body));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }
}
