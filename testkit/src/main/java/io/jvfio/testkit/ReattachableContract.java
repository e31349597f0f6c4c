// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Vfio;
import io.jvfio.device.Reattachable;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import org.junit.jupiter.api.Test;

/**
 * What holds for every {@link Reattachable} device. It needs a device that moves memory.
 *
 * <p>Threads: one at a time.
 */
public abstract class ReattachableContract extends CarrierContract {

    private static final int SEED = 11;
    private static final int LENGTH = 128;

    /** Both address spaces have their pages here, so that what arrives tells where the device is. */
    private static final long FROM = 0x40_0000;

    private static final long TO = 0x50_0000;

    /** For subclasses. */
    protected ReattachableContract() {}

    /** Makes the device under test ready to move memory. */
    protected abstract DmaEngine engine(VfioDevice device);

    @Test
    void a_detached_device_reaches_nothing_and_has_no_address_space() {
        Place place = place();
        VfioDevice device = openIn(place.space);
        DmaEngine engine = engine(device);
        Reattachable attachment = device.ability(Reattachable.class).orElseThrow();
        attachment.detach();
        assertThatThrownBy(device::addressSpace).isInstanceOf(IllegalStateException.class);
        engine.copy(FROM, TO, LENGTH);
        assertThat(place.arrived()).isFalse();
        attachment.attach(place.space);
        assertThat(device.addressSpace()).isSameAs(place.space);
        engine.copy(FROM, TO, LENGTH);
        assertThat(place.arrived()).isTrue();
    }

    @Test
    void a_device_moves_to_another_address_space() {
        Place first = place();
        Place second = place();
        VfioDevice device = openIn(first.space);
        DmaEngine engine = engine(device);
        device.ability(Reattachable.class).orElseThrow().replace(second.space);
        assertThat(device.addressSpace()).isSameAs(second.space);
        engine.copy(FROM, TO, LENGTH);
        assertThat(second.arrived()).isTrue();
        assertThat(first.arrived()).isFalse();
        first.space.close();
        assertThat(first.to.isOpen()).isFalse();
    }

    @Test
    void an_address_space_that_a_device_has_left_can_be_closed_and_the_other_not() {
        Place first = place();
        Place second = place();
        VfioDevice device = openIn(first.space);
        device.ability(Reattachable.class).orElseThrow().replace(second.space);
        assertThatThrownBy(second.space::close).isInstanceOf(IllegalStateException.class);
        first.space.close();
        device.close();
        second.space.close();
    }

    @Test
    void replacing_a_space_by_itself_changes_nothing() {
        Place place = place();
        VfioDevice device = openIn(place.space);
        device.ability(Reattachable.class).orElseThrow().replace(place.space);
        engine(device).copy(FROM, TO, LENGTH);
        assertThat(place.arrived()).isTrue();
    }

    @Test
    void what_does_not_fit_the_state_is_refused_and_changes_nothing() {
        Place place = place();
        AddressSpace other = emptySpace();
        VfioDevice device = openIn(place.space);
        Reattachable attachment = device.ability(Reattachable.class).orElseThrow();
        assertThatThrownBy(() -> attachment.attach(other)).isInstanceOf(IllegalStateException.class);
        assertThat(device.addressSpace()).isSameAs(place.space);
        attachment.detach();
        assertThatThrownBy(attachment::detach).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> attachment.replace(other)).isInstanceOf(IllegalStateException.class);
        other.close();
        assertThatThrownBy(() -> attachment.attach(other)).isInstanceOf(IllegalStateException.class);
        attachment.attach(place.space);
        engine(device).copy(FROM, TO, LENGTH);
        assertThat(place.arrived()).isTrue();
    }

    @Test
    void a_space_of_another_context_is_refused_and_the_device_stays_where_it_is() {
        Place place = place();
        VfioDevice device = openIn(place.space);
        Reattachable attachment = device.ability(Reattachable.class).orElseThrow();
        try (Vfio stranger = createContext();
                AddressSpace strange = stranger.addressSpace(locator(), options())) {
            assertThatThrownBy(() -> attachment.replace(strange)).isInstanceOf(IllegalArgumentException.class);
            attachment.detach();
            assertThatThrownBy(() -> attachment.attach(strange)).isInstanceOf(IllegalArgumentException.class);
        }
        attachment.attach(place.space);
        engine(device).copy(FROM, TO, LENGTH);
        assertThat(place.arrived()).isTrue();
    }

    @Test
    void a_detached_device_can_be_closed_and_its_private_space_with_it() {
        VfioDevice device = open();
        device.ability(Reattachable.class).orElseThrow().detach();
        device.close();
    }

    @Test
    void a_device_that_has_left_its_private_space_closes_it_all_the_same() {
        Place place = place();
        VfioDevice device = open();
        AddressSpace own = device.addressSpace();
        device.ability(Reattachable.class).orElseThrow().replace(place.space);
        device.close();
        TestMemory memory = closing(TestMemory.ofPages(1));
        assertThatThrownBy(() -> own.map(memory.source(), MapRequest.defaults()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(place.to.isOpen()).isTrue();
    }

    private Place place() {
        AddressSpace space = emptySpace();
        TestMemory source = closing(TestMemory.ofPages(1)).fill(SEED);
        TestMemory target = closing(TestMemory.ofPages(1));
        DmaMapping from =
                closing(space.map(source.source(), MapRequest.defaults().withIova(FROM)));
        DmaMapping to = closing(space.map(target.source(), MapRequest.defaults().withIova(TO)));
        assertThat(from.range()).isEqualTo(IovaRange.of(FROM, TestMemory.page()));
        return new Place(space, target, to);
    }

    /** An address space with a page to copy from and one to copy to. */
    private record Place(AddressSpace space, TestMemory target, DmaMapping to) {
        boolean arrived() {
            return target.holds(SEED, 0, 0, LENGTH);
        }
    }
}
