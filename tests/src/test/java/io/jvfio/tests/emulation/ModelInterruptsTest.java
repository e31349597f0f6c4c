// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.IrqRequest;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.internal.sys.EventFd;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ModelInterruptsTest extends ModelFixture {
    private static final int INTX_DISABLE = 1 << 10;
    private static final int STATUS_INTERRUPT = 1 << 3;
    private static final int UNMASKED = 0;
    private static final int MASKED = 1;

    private void pin(EmulatedDevice device, boolean high) {
        full(device, FullModel.PIN, high ? 1 : 0);
    }

    private void message(EmulatedDevice device, int vector) {
        busMaster(device);
        full(device, FullModel.MESSAGE, vector);
    }

    private void control(EmulatedDevice device, int vector, int value) {
        device.writeRegister(FullModel.REGISTERS, FullModel.TABLE + 16L * vector + 12, 4, value);
    }

    private long pending(EmulatedDevice device, int vector) {
        return device.readRegister(FullModel.REGISTERS, FullModel.PENDING + vector / 64 * 8L, 8) >>> vector & 1;
    }

    private void assign(EmulatedDevice device, int index, int start, EventFd... eventfds) {
        List<Fd> fds = Arrays.stream(eventfds).<Fd>map(EventFd::fd).toList();
        assertThat(device.setIrqs(IrqRequest.assign(index, start, fds))).isZero();
    }

    @Test
    void a_pin_that_stays_high_interrupts_once_for_each_unmask() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assign(device, INTX, 0, eventfd);
        pin(device, true);
        pin(device, true);
        assertThat(eventfd.drain()).isEqualTo(1);
        device.setIrqs(IrqRequest.unmask(INTX, 0, 1));
        assertThat(eventfd.drain()).isEqualTo(1);
        pin(device, false);
        device.setIrqs(IrqRequest.unmask(INTX, 0, 1));
        assertThat(eventfd.drain()).isZero();
        pin(device, true);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void a_pin_that_went_high_while_nobody_listened_interrupts_who_comes() {
        EmulatedDevice device = open("full");
        pin(device, true);
        EventFd eventfd = eventfd();
        assign(device, INTX, 0, eventfd);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void a_masked_pin_waits_for_the_unmask() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assign(device, INTX, 0, eventfd);
        device.setIrqs(IrqRequest.mask(INTX, 0, 1));
        pin(device, true);
        assertThat(eventfd.drain()).isZero();
        device.setIrqs(IrqRequest.unmask(INTX, 0, 1));
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void the_command_register_holds_the_pin_back_and_the_status_register_shows_it() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assign(device, INTX, 0, eventfd);
        command(device, INTX_DISABLE, INTX_DISABLE);
        pin(device, true);
        assertThat(eventfd.drain()).isZero();
        assertThat(device.readRegister(CONFIG, 6, 2) & STATUS_INTERRUPT).isNotZero();
        command(device, INTX_DISABLE, 0);
        assertThat(eventfd.drain()).isEqualTo(1);
        pin(device, false);
        assertThat(device.readRegister(CONFIG, 6, 2) & STATUS_INTERRUPT).isZero();
    }

    @Test
    void a_written_eventfd_unmasks_the_pin() {
        EmulatedDevice device = open("full");
        EventFd trigger = eventfd();
        EventFd unmask = eventfd();
        assign(device, INTX, 0, trigger);
        device.setIrqs(IrqRequest.unmaskOn(INTX, unmask.fd()));
        pin(device, true);
        for (int i = 0; i < 3; i++) {
            Waiting.until(() -> trigger.drain() == 1);
            unmask.signal(1);
        }
        Waiting.until(() -> trigger.drain() == 1);
        device.setIrqs(IrqRequest.unmaskOn(INTX, null));
        unmask.signal(1);
        assertThat(unmask.drain()).isEqualTo(1);
        assertThat(trigger.drain()).isZero();
    }

    @Test
    void a_message_goes_to_the_eventfd_of_its_vector() {
        EmulatedDevice device = open("full");
        EventFd first = eventfd();
        EventFd last = eventfd();
        assign(device, MSIX, 0, first);
        assign(device, MSIX, FullModel.VECTORS - 1, last);
        message(device, FullModel.VECTORS - 1);
        assertThat(last.drain()).isEqualTo(1);
        assertThat(first.drain()).isZero();
    }

    @Test
    void a_message_without_an_eventfd_stays_pending_until_there_is_one() {
        EmulatedDevice device = open("full");
        EventFd first = eventfd();
        EventFd second = eventfd();
        assign(device, MSIX, 0, first);
        message(device, 65);
        message(device, 65);
        assertThat(pending(device, 65)).isEqualTo(1);
        assertThat(device.readRegister(FullModel.REGISTERS, FullModel.PENDING + 8, 1))
                .isEqualTo(2);
        assign(device, MSIX, 65, second);
        assertThat(second.drain()).isEqualTo(1);
        assertThat(pending(device, 65)).isZero();
        device.setIrqs(IrqRequest.assign(MSIX, 65, Collections.singletonList((Fd) null)));
        message(device, 65);
        assertThat(second.drain()).isZero();
        assertThat(pending(device, 65)).isEqualTo(1);
    }

    @Test
    void a_message_is_lost_while_the_device_may_not_write_memory() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assign(device, MSIX, 0, eventfd);
        full(device, FullModel.MESSAGE, 0);
        assertThat(eventfd.drain()).isZero();
        busMaster(device);
        assertThat(eventfd.drain()).isZero();
        full(device, FullModel.MESSAGE, 0);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void a_table_that_the_client_leaves_alone_masks_nothing() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assertThat(device.readRegister(FullModel.REGISTERS, FullModel.TABLE + 12, 4))
                .isEqualTo(MASKED);
        assign(device, MSIX, 0, eventfd);
        message(device, 0);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void an_entry_that_the_client_has_written_counts() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assign(device, MSIX, 1, eventfd);
        control(device, 1, MASKED);
        message(device, 1);
        assertThat(eventfd.drain()).isZero();
        assertThat(pending(device, 1)).isEqualTo(1);
        control(device, 1, UNMASKED);
        assertThat(eventfd.drain()).isEqualTo(1);
        assertThat(pending(device, 1)).isZero();
        device.writeRegister(FullModel.REGISTERS, FullModel.TABLE + 16, 8, 0xfee0_0000_1234L);
        assertThat(device.readRegister(FullModel.REGISTERS, FullModel.TABLE + 16, 8))
                .isEqualTo(0xfee0_0000_1234L);
        device.writeRegister(FullModel.REGISTERS, FullModel.TABLE + 17, 1, 0xab);
        assertThat(device.readRegister(FullModel.REGISTERS, FullModel.TABLE + 16, 2))
                .isEqualTo(0xab34);
    }

    @Test
    void the_pending_bits_are_read_only() {
        EmulatedDevice device = open("full");
        device.writeRegister(FullModel.REGISTERS, FullModel.PENDING, 8, -1);
        assertThat(device.readRegister(FullModel.REGISTERS, FullModel.PENDING, 8))
                .isZero();
    }

    @Test
    void the_function_mask_holds_all_vectors_back() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assign(device, MSIX, 2, eventfd);
        int control = capability(device, 0x11) + 2;
        device.writeRegister(CONFIG, control, 2, 0xc000);
        message(device, 2);
        assertThat(eventfd.drain()).isZero();
        device.writeRegister(CONFIG, control, 2, 0x8000);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void fewer_msi_vectors_are_shared_by_the_low_bits() {
        EmulatedDevice device = open("full");
        EventFd even = eventfd();
        EventFd odd = eventfd();
        assign(device, MSI, 0, even, odd);
        for (int vector = 0; vector < 4; vector++) {
            message(device, vector);
        }
        assertThat(even.drain()).isEqualTo(2);
        assertThat(odd.drain()).isEqualTo(2);
    }

    @Test
    void one_kind_of_interrupt_is_on_at_a_time() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        for (int on : new int[] {INTX, MSI, MSIX}) {
            assign(device, on, 0, eventfd);
            for (int other : new int[] {INTX, MSI, MSIX}) {
                if (other != on) {
                    assertThatThrownBy(() -> assign(device, other, 0, eventfd))
                            .isInstanceOf(VfioException.class)
                            .hasMessageContaining("EINVAL");
                }
            }
            device.setIrqs(IrqRequest.disable(on));
        }
    }

    @Test
    void a_client_that_has_filled_its_eventfd_harms_nobody() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        eventfd.signal(Long.MAX_VALUE);
        eventfd.signal(Long.MAX_VALUE);
        assign(device, MSIX, 0, eventfd);
        message(device, 0);
        assertThat(eventfd.drain()).isEqualTo(-2);
        message(device, 0);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void only_an_eventfd_can_be_assigned() {
        EmulatedDevice device = open("full");
        for (int index : new int[] {INTX, MSI, MSIX}) {
            assertThatThrownBy(() -> device.setIrqs(IrqRequest.assign(
                            index,
                            0,
                            List.<Fd>of(
                                    device.file(FullModel.MEMORY).orElseThrow().fd()))))
                    .isInstanceOf(VfioException.class)
                    .hasMessageContaining("EINVAL");
        }
    }

    @Test
    void only_the_pin_can_be_masked() {
        EmulatedDevice device = open("full");
        for (IrqRequest request : List.of(IrqRequest.mask(MSIX, 0, 1), IrqRequest.unmask(MSI, 0, 1))) {
            assertThatThrownBy(() -> device.setIrqs(request))
                    .isInstanceOf(VfioException.class)
                    .hasMessageContaining("ENOTTY");
        }
    }

    @Test
    void what_nobody_has_turned_on_goes_nowhere_and_is_not_kept() {
        EmulatedDevice device = open("full");
        message(device, 0);
        EventFd eventfd = eventfd();
        assign(device, MSIX, 0, eventfd);
        assertThat(eventfd.drain()).isZero();
        assertThat(pending(device, 0)).isZero();
    }

    @Test
    void a_reset_keeps_assignments_and_forgets_what_is_pending_masked_or_high() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assign(device, MSIX, 0, eventfd);
        control(device, 0, MASKED);
        message(device, 0);
        message(device, 5);
        device.reset();
        assertThat(device.readRegister(FullModel.REGISTERS, FullModel.PENDING, 8))
                .isZero();
        assertThat(eventfd.drain()).isZero();
        message(device, 0);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void a_reset_lowers_the_pin() {
        EmulatedDevice device = open("full");
        EventFd eventfd = eventfd();
        assign(device, INTX, 0, eventfd);
        pin(device, true);
        assertThat(eventfd.drain()).isEqualTo(1);
        device.reset();
        device.setIrqs(IrqRequest.unmask(INTX, 0, 1));
        assertThat(eventfd.drain()).isZero();
        pin(device, true);
        assertThat(eventfd.drain()).isEqualTo(1);
    }
}
