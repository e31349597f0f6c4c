// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.VfioException;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What a device sees of its {@link AddressSpace} behind an IOMMU, and what happens when devices join and leave. It needs a
 * device that moves memory, and tells by the bytes that arrive, or do not, what is mapped.
 *
 * <p>Threads: one at a time.
 */
public abstract class DmaContract extends CarrierContract {

    private static final int SEED = 7;
    private static final int LENGTH = 512;

    /** For subclasses. */
    protected DmaContract() {}

    /** Makes the device under test ready to move memory. */
    protected abstract DmaEngine engine(VfioDevice device);

    /** Another device that can share its address space, if there is one. It stays idle. */
    protected Optional<DeviceLocator> companion() {
        return Optional.empty();
    }

    /** A range that is usable as long as the device under test is not there, if there is one. */
    protected Optional<IovaRange> unusableOnceJoined() {
        return Optional.empty();
    }

    @Test
    void a_device_reads_and_writes_what_is_mapped() {
        VfioDevice device = open();
        Pages pages = pages(device.addressSpace(), engine(device));
        pages.copy();
        assertThat(pages.arrived()).isTrue();
    }

    @Test
    void a_device_reaches_each_page_of_a_mapping() {
        VfioDevice device = open();
        DmaEngine engine = engine(device);
        TestMemory memory = closing(TestMemory.ofPages(4)).fill(SEED);
        DmaMapping mapping = map(device.addressSpace(), engine, memory, MapRequest.defaults());
        long page = TestMemory.page();
        engine.copy(mapping.deviceAddress(0), mapping.deviceAddress(3 * page + 8), LENGTH);
        assertThat(memory.holds(SEED, 0, 3 * page + 8, LENGTH)).isTrue();
        assertThat(memory.holds(SEED, 3 * page, 3 * page, 8)).isTrue();
        assertThat(memory.holds(SEED, 3 * page + 8 + LENGTH, 3 * page + 8 + LENGTH, 64))
                .isTrue();
    }

    @Test
    void a_device_does_not_reach_what_was_unmapped() {
        VfioDevice device = open();
        Pages pages = pages(device.addressSpace(), engine(device));
        pages.copy();
        pages.clearTarget();
        long target = pages.to.iova();
        pages.to.close();
        pages.engine.copy(pages.from.iova(), target, LENGTH);
        assertThat(pages.untouched()).isTrue();
    }

    @Test
    void a_device_does_not_read_what_was_unmapped() {
        VfioDevice device = open();
        Pages pages = pages(device.addressSpace(), engine(device));
        long source = pages.from.iova();
        pages.from.close();
        pages.engine.copy(source, pages.to.iova(), LENGTH);
        assertThat(pages.arrived()).isFalse();
    }

    @Test
    void a_device_does_not_write_what_it_may_only_read() {
        VfioDevice device = open();
        DmaEngine engine = engine(device);
        AddressSpace space = device.addressSpace();
        TestMemory source = closing(TestMemory.ofPages(1)).fill(SEED);
        TestMemory target = closing(TestMemory.ofPages(1));
        DmaMapping from = map(space, engine, source, MapRequest.defaults().withAccess(Access.READ));
        DmaMapping to = map(space, engine, target, MapRequest.defaults().withAccess(Access.READ));
        engine.copy(from.iova(), to.iova(), LENGTH);
        assertThat(isZero(target)).isTrue();
    }

    @Test
    void maps_made_before_a_device_joins_are_there_when_it_has() {
        AddressSpace space = emptySpace();
        IovaRange low = new IovaRange(1 << 20, (1 << 24) - 1);
        TestMemory source = closing(TestMemory.ofPages(1)).fill(SEED);
        TestMemory target = closing(TestMemory.ofPages(1));
        DmaMapping from =
                closing(space.map(source.source(), MapRequest.defaults().withWithin(low)));
        DmaMapping to = closing(space.map(target.source(), MapRequest.defaults().withWithin(low)));
        VfioDevice device = openIn(space);
        engine(device).copy(from.iova(), to.iova(), LENGTH);
        assertThat(target.holds(SEED, 0, 0, LENGTH)).isTrue();
    }

    @Test
    void maps_outlive_the_last_device_and_are_there_for_the_next() {
        AddressSpace space = emptySpace();
        VfioDevice first = openIn(space);
        Pages pages = pages(space, engine(first));
        first.close();
        DmaMapping later = map(space, pages.engine, closing(TestMemory.ofPages(1)), MapRequest.defaults());
        VfioDevice second = openIn(space);
        engine(second).copy(pages.from.iova(), pages.to.iova(), LENGTH);
        assertThat(pages.arrived()).isTrue();
        engine(second).copy(pages.from.iova(), later.iova(), LENGTH);
        later.close();
        assertThat(space.mappings().size()).isEqualTo(2);
    }

    @Test
    void an_unmap_between_two_devices_is_not_undone_by_the_second() {
        AddressSpace space = emptySpace();
        VfioDevice first = openIn(space);
        Pages pages = pages(space, engine(first));
        first.close();
        long target = pages.to.iova();
        pages.to.close();
        VfioDevice second = openIn(space);
        engine(second).copy(pages.from.iova(), target, LENGTH);
        assertThat(pages.untouched()).isTrue();
    }

    @Test
    void a_device_that_joins_and_leaves_does_not_disturb_another() {
        DeviceLocator companion = companion().orElse(null);
        Assumptions.assumeTrue(companion != null, "no second device can share the address space");
        AddressSpace space = emptySpace();
        VfioDevice device = openIn(space);
        Pages pages = pages(space, engine(device));
        VfioDevice other = openIn(space, companion);
        assertThat(other.addressSpace()).isSameAs(space);
        pages.copy();
        assertThat(pages.arrived()).isTrue();
        other.close();
        pages.clearTarget();
        pages.copy();
        assertThat(pages.arrived()).isTrue();
    }

    @Test
    void a_device_keeps_its_maps_when_the_one_that_was_there_first_leaves() {
        DeviceLocator companion = companion().orElse(null);
        Assumptions.assumeTrue(companion != null, "no second device can share the address space");
        AddressSpace space = emptySpace();
        VfioDevice first = openIn(space, companion);
        DmaMapping before = closing(space.map(
                closing(TestMemory.ofPages(1)).source(),
                MapRequest.defaults().withWithin(new IovaRange(1 << 20, (1 << 24) - 1))));
        VfioDevice device = openIn(space);
        Pages pages = pages(space, engine(device));
        first.close();
        pages.copy();
        assertThat(pages.arrived()).isTrue();
        assertThat(before.isOpen()).isTrue();
    }

    @Test
    void a_device_that_cannot_reach_a_map_does_not_join_and_changes_nothing() {
        IovaRange unusable = unusableOnceJoined().orElse(null);
        Assumptions.assumeTrue(unusable != null, "this device reaches all that its address space has without it");
        AddressSpace space = emptySpace();
        TestMemory memory = closing(TestMemory.ofPages(1));
        DmaMapping mapping =
                closing(space.map(memory.source(), MapRequest.defaults().withIova(unusable.start())));
        assertThatThrownBy(() -> openIn(space)).isInstanceOfAny(IllegalStateException.class, VfioException.class);
        assertThat(mapping.isOpen()).isTrue();
        mapping.close();
        VfioDevice device = openIn(space);
        Pages pages = pages(space, engine(device));
        pages.copy();
        assertThat(pages.arrived()).isTrue();
        assertThat(space.usable()).noneMatch(range -> range.overlaps(unusable));
    }

    private DmaMapping map(AddressSpace space, DmaEngine engine, TestMemory memory, MapRequest request) {
        return closing(space.map(memory.source(), request.withWithin(IovaRange.ofBits(engine.addressBits()))));
    }

    private Pages pages(AddressSpace space, DmaEngine engine) {
        TestMemory source = closing(TestMemory.ofPages(1)).fill(SEED);
        TestMemory target = closing(TestMemory.ofPages(1));
        DmaMapping from = map(space, engine, source, MapRequest.defaults());
        DmaMapping to = map(space, engine, target, MapRequest.defaults());
        return new Pages(engine, target, from, to);
    }

    private static boolean isZero(TestMemory memory) {
        return memory.bytes().elements(ValueLayout.JAVA_BYTE).allMatch(b -> b.get(ValueLayout.JAVA_BYTE, 0) == 0);
    }

    /** A page to copy from, and one to copy to. */
    private record Pages(DmaEngine engine, TestMemory target, DmaMapping from, DmaMapping to) {

        void copy() {
            engine.copy(from.iova(), to.iova(), LENGTH);
        }

        boolean arrived() {
            return target.holds(SEED, 0, 0, LENGTH);
        }

        boolean untouched() {
            return isZero(target);
        }

        void clearTarget() {
            target.bytes().fill((byte) 0);
        }
    }
}
