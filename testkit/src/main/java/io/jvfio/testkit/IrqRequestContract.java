// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The part of {@link VfioDeviceContract} about interrupts, which software fires here. */
abstract class IrqRequestContract extends RegionMapContract {

    /** No more vectors than this are enabled at once: a machine has not many. */
    private static final int MOST_VECTORS = 4;

    IrqRequestContract() {}

    /** Whether software can fire the vectors of an index on this carrier. All that deliver to eventfds unless overridden. */
    protected boolean canTrigger(IrqInfo irq) {
        return irq.count() > 0 && irq.eventfd();
    }

    @Test
    void an_interrupt_is_counted_in_the_eventfd_of_its_vector() {
        forEachIndex((device, irq, eventfds) -> {
            device.setIrqs(IrqRequest.assign(irq.index(), 0, descriptors(eventfds)));
            for (int vector = 0; vector < eventfds.size(); vector++) {
                device.setIrqs(IrqRequest.trigger(irq.index(), vector, 1));
                assertCounts(eventfds, vector, 1);
            }
        });
    }

    @Test
    void interrupts_that_nobody_has_taken_yet_add_up() {
        forEachIndex((device, irq, eventfds) -> {
            device.setIrqs(IrqRequest.assign(irq.index(), 0, descriptors(eventfds)));
            for (int i = 0; i < 3; i++) {
                device.setIrqs(IrqRequest.trigger(irq.index(), 0, 1));
                if (irq.automasked()) {
                    device.setIrqs(IrqRequest.unmask(irq.index(), 0, 1));
                }
            }
            assertThat(eventfds.getFirst().drain()).isEqualTo(3);
        });
    }

    @Test
    void several_vectors_fire_at_once() {
        forEachIndex((device, irq, eventfds) -> {
            device.setIrqs(IrqRequest.assign(irq.index(), 0, descriptors(eventfds)));
            device.setIrqs(IrqRequest.trigger(irq.index(), 0, eventfds.size()));
            assertThat(drain(eventfds)).containsOnly(1L);
        });
    }

    @Test
    void only_the_vectors_whose_flag_is_true_fire() {
        forEachIndex((device, irq, eventfds) -> {
            device.setIrqs(IrqRequest.assign(irq.index(), 0, descriptors(eventfds)));
            List<Boolean> flags = IntStream.range(0, eventfds.size())
                    .mapToObj(i -> i % 2 == 0)
                    .toList();
            device.setIrqs(IrqRequest.trigger(irq.index(), 0, flags));
            for (int vector = 0; vector < eventfds.size(); vector++) {
                assertThat(eventfds.get(vector).drain()).isEqualTo(vector % 2 == 0 ? 1 : 0);
            }
        });
    }

    @Test
    void a_vector_without_an_eventfd_is_off_and_the_others_stay_on() {
        forEachIndex((device, irq, eventfds) -> {
            device.setIrqs(IrqRequest.assign(irq.index(), 0, descriptors(eventfds)));
            int last = eventfds.size() - 1;
            device.setIrqs(IrqRequest.assign(irq.index(), last, Collections.singletonList((Fd) null)));
            fire(device, irq, last);
            assertThat(eventfds.get(last).drain()).isZero();
            if (last > 0) {
                device.setIrqs(IrqRequest.trigger(irq.index(), 0, 1));
                assertCounts(eventfds, 0, 1);
                device.setIrqs(IrqRequest.assign(
                        irq.index(), last, List.of(eventfds.get(last).fd())));
                device.setIrqs(IrqRequest.trigger(irq.index(), last, 1));
                assertCounts(eventfds, last, 1);
            }
        });
    }

    @Test
    void vectors_can_be_enabled_with_gaps() {
        forEachIndex((device, irq, eventfds) -> {
            List<@Nullable Fd> some = new ArrayList<>(descriptors(eventfds));
            for (int vector = 0; vector < some.size() - 1; vector++) {
                some.set(vector, null);
            }
            device.setIrqs(IrqRequest.assign(irq.index(), 0, some));
            device.setIrqs(IrqRequest.trigger(irq.index(), some.size() - 1, 1));
            assertCounts(eventfds, some.size() - 1, 1);
        });
    }

    @Test
    void an_eventfd_can_be_exchanged_for_another() {
        forEachIndex((device, irq, eventfds) -> {
            device.setIrqs(IrqRequest.assign(irq.index(), 0, descriptors(eventfds)));
            EventFd other = closing(EventFd.open(SystemCalls.linux()));
            device.setIrqs(IrqRequest.assign(irq.index(), 0, List.of(other.fd())));
            device.setIrqs(IrqRequest.trigger(irq.index(), 0, 1));
            assertThat(other.drain()).isEqualTo(1);
            assertThat(eventfds.getFirst().drain()).isZero();
        });
    }

    @Test
    void a_disabled_index_fires_nothing_and_can_be_enabled_again() {
        forEachIndex((device, irq, eventfds) -> {
            for (int round = 0; round < 2; round++) {
                device.setIrqs(IrqRequest.assign(irq.index(), 0, descriptors(eventfds)));
                device.setIrqs(IrqRequest.trigger(irq.index(), 0, 1));
                assertCounts(eventfds, 0, 1);
                device.setIrqs(IrqRequest.disable(irq.index()));
                fire(device, irq, 0);
                assertThat(drain(eventfds)).containsOnly(0L);
            }
        });
    }

    @Test
    void an_index_that_is_off_can_be_disabled() {
        VfioDevice device = open();
        for (IrqInfo irq : triggerable(device)) {
            assertThat(device.setIrqs(IrqRequest.disable(irq.index()))).isZero();
        }
    }

    @Test
    void an_eventfd_is_duplicated_and_may_be_closed_at_once() {
        forEachIndex((device, irq, eventfds) -> {
            try (Fd copy = eventfds.getFirst().fd().duplicate()) {
                device.setIrqs(IrqRequest.assign(irq.index(), 0, List.of(copy)));
            }
            device.setIrqs(IrqRequest.trigger(irq.index(), 0, 1));
            assertThat(eventfds.getFirst().drain()).isEqualTo(1);
        });
    }

    @Test
    void a_closed_eventfd_cannot_be_assigned() {
        forEachIndex((device, irq, eventfds) -> {
            EventFd closed = EventFd.open(SystemCalls.linux());
            closed.close();
            assertThatThrownBy(() -> device.setIrqs(IrqRequest.assign(irq.index(), 0, List.of(closed.fd()))))
                    .isInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void vectors_that_do_not_exist_are_refused() {
        VfioDevice device = open();
        for (IrqInfo irq : triggerable(device)) {
            EventFd eventfd = closing(EventFd.open(SystemCalls.linux()));
            assertThatThrownBy(() -> device.setIrqs(IrqRequest.assign(irq.index(), irq.count(), List.of(eventfd.fd()))))
                    .isInstanceOfAny(VfioException.class, IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.setIrqs(IrqRequest.trigger(irq.index(), 0, irq.count() + 1)))
                    .isInstanceOfAny(VfioException.class, IndexOutOfBoundsException.class);
        }
        for (int index : new int[] {device.info().irqCount(), Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> device.setIrqs(IrqRequest.disable(index)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void closing_the_device_takes_all_vectors_away() {
        VfioDevice before = open();
        if (triggerable(before).isEmpty()) {
            return;
        }
        IrqInfo last = triggerable(before).getLast();
        List<EventFd> eventfds = eventfds(Math.min(last.count(), MOST_VECTORS));
        before.setIrqs(IrqRequest.assign(last.index(), 0, descriptors(eventfds)));
        before.close();
        VfioDevice after = open();
        fire(after, last, 0);
        assertThat(drain(eventfds)).containsOnly(0L);
    }

    /** A test of one index, with an eventfd for each of its vectors or for the first few. */
    @FunctionalInterface
    private interface OneIndex {
        void run(VfioDevice device, IrqInfo irq, List<EventFd> eventfds);
    }

    /** One index after the other, since only one can be enabled at a time. */
    private void forEachIndex(OneIndex test) {
        VfioDevice device = open();
        for (IrqInfo irq : triggerable(device)) {
            test.run(device, irq, eventfds(Math.min(irq.count(), MOST_VECTORS)));
            device.setIrqs(IrqRequest.disable(irq.index()));
        }
    }

    private List<IrqInfo> triggerable(VfioDevice device) {
        return IntStream.range(0, device.info().irqCount())
                .mapToObj(device::irq)
                .filter(this::canTrigger)
                .toList();
    }

    private List<EventFd> eventfds(int count) {
        List<EventFd> eventfds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            eventfds.add(closing(EventFd.open(SystemCalls.linux())));
        }
        return eventfds;
    }

    private static List<Fd> descriptors(List<EventFd> eventfds) {
        return eventfds.stream().<Fd>map(EventFd::fd).toList();
    }

    private static List<Long> drain(List<EventFd> eventfds) {
        return eventfds.stream().map(EventFd::drain).toList();
    }

    /** Fires a vector that is off: a carrier may refuse that. */
    private static void fire(VfioDevice device, IrqInfo irq, int vector) {
        try {
            device.setIrqs(IrqRequest.trigger(irq.index(), vector, 1));
        } catch (VfioException refused) {
            assertThat(refused.name()).isEqualTo("EINVAL");
        }
    }

    private static void assertCounts(List<EventFd> eventfds, int vector, long count) {
        for (int i = 0; i < eventfds.size(); i++) {
            assertThat(eventfds.get(i).drain()).as("vector %d", i).isEqualTo(i == vector ? count : 0);
        }
    }
}
