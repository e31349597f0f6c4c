// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jvfio.device.IrqRequest;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The interrupt pin, which masks itself. */
final class IntxTest {
    private final Fixture fixture = new Fixture();
    private final FiringDevice device = fixture.device;
    private final InterruptControl control = fixture.control;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void an_interrupt_masks_until_unmask() {
        Interrupts interrupts = control.enable(InterruptType.INTX, 1);
        device.fire(InterruptType.INTX, 0);
        device.fire(InterruptType.INTX, 0);
        assertThat(interrupts.poll(0)).as("the second was held back").isOne();
        assertThat(interrupts.poll(0)).isZero();

        interrupts.unmask();
        assertThat(interrupts.poll(0)).as("the pin was still held").isOne();
    }

    @Test
    void mask_holds_interrupts_back() {
        Interrupts interrupts = control.enable(InterruptType.INTX, 1);
        interrupts.mask();
        assertThat(device.masked()).isTrue();
        device.fire(InterruptType.INTX, 0);
        assertThat(interrupts.poll(0)).isZero();
        interrupts.unmask();
        assertThat(interrupts.poll(0)).isOne();
    }

    @Test
    void with_resample_unmask_signals_an_eventfd_and_makes_no_request() {
        Interrupts interrupts = control.enable(
                InterruptType.INTX, 1, InterruptOptions.defaults().withResample());
        device.fire(InterruptType.INTX, 0);
        assertThat(interrupts.poll(0)).isOne();
        assertThat(device.resample()).as("signalled before unmask").isFalse();
        int requests = device.requests().size();

        interrupts.unmask();

        assertThat(device.requests()).hasSize(requests);
        assertThat(device.resample()).isTrue();
        assertThat(device.masked()).isFalse();
    }

    @Test
    void without_resample_unmask_is_a_request() {
        Interrupts interrupts = control.enable(InterruptType.INTX, 1);
        interrupts.unmask();
        IrqRequest made = device.requests().getLast();
        assertThat(made).isEqualTo(IrqRequest.unmask(0, 0, 1).by(made.owner()));
        assertThat(made.owner()).hasToString("the driver of " + Fixture.NAME);
        assertThat(device.resample()).isFalse();
    }

    @Test
    void closing_takes_the_resample_eventfd_away() {
        long before = OpenEventFds.count();
        control.enable(InterruptType.INTX, 1, InterruptOptions.defaults().withResample())
                .close();
        assertThat(device.held()).isZero();
        assertThat(OpenEventFds.count()).isEqualTo(before);
    }

    @Test
    void a_callback_unmasks() {
        Semaphore called = new Semaphore(0);
        Interrupts[] self = new Interrupts[1];
        Semaphore enabled = new Semaphore(0);
        self[0] = control.enable(
                InterruptType.INTX, 1, InterruptOptions.defaults().withHandler((vector, count) -> {
                    Fixture.acquire(enabled);
                    called.release((int) count);
                    self[0].unmask();
                }));
        enabled.release(10);
        for (int i = 0; i < 10; i++) {
            device.fire(InterruptType.INTX, 0);
            Fixture.acquire(called);
            Fixture.until(() -> !device.masked());
        }
        assertThat(called.availablePermits()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_cannot_be_masked_needs_no_unmasking(boolean resample) {
        device.unmaskable();
        InterruptOptions options = InterruptOptions.defaults();
        Interrupts interrupts = control.enable(InterruptType.INTX, 1, resample ? options.withResample() : options);
        for (int i = 0; i < 3; i++) {
            device.fire(InterruptType.INTX, 0);
            assertThat(interrupts.poll(0)).isOne();
            interrupts.unmask();
        }
        device.fire(InterruptType.INTX, 0);
        device.fire(InterruptType.INTX, 0);
        assertThat(interrupts.poll(0)).as("nothing is held back").isEqualTo(2);
        assertThat(device.requests()).as("no request to mask or to unmask").hasSize(1);
        assertThatIllegalStateException().isThrownBy(interrupts::mask).withMessageContaining("has no mask");
        interrupts.close();
        assertThatIllegalStateException().isThrownBy(interrupts::unmask);
    }

    @Test
    void message_signalled_interrupts_have_no_mask() {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 2);
        assertThatIllegalStateException()
                .isThrownBy(interrupts::mask)
                .withMessageContainingAll("0000:00:04.0 MSI-X", "no mask", "remove");
        assertThatIllegalStateException().isThrownBy(interrupts::unmask);
        assertThat(device.requests()).hasSize(1);
    }
}
