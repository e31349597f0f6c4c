// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.examples.Edu;
import io.jvfio.examples.EduDriver;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** INTx: a level that stays up until the driver has asked the device, and masks itself meanwhile. */
abstract class EduIntxContract extends EduFixture {

    @ParameterizedTest(name = "unmask by eventfd: {0}")
    @ValueSource(booleans = {false, true})
    void it_masks_itself_until_it_is_let_through_again(boolean byEventFd) throws InterruptedException {
        InterruptOptions options = InterruptOptions.defaults();
        try (Interrupts intx =
                edu.interrupts().enable(InterruptType.INTX, 1, byEventFd ? options.withResample() : options)) {
            raise(1);
            assertThat(intx.await(0, PATIENCE)).isEqualTo(1);
            raise(2);
            assertThat(intx.await(0, NO_INTERRUPT)).as("while it is masked").isZero();

            intx.unmask();
            assertThat(intx.await(0, PATIENCE)).as("the pin is still up").isEqualTo(1);
            assertThat(causes()).isEqualTo(3);

            acknowledge(3);
            intx.unmask();
            assertThat(intx.await(0, NO_INTERRUPT)).as("the pin is down").isZero();

            raise(4);
            assertThat(intx.await(0, PATIENCE)).as("it is let through").isEqualTo(1);
            acknowledge(4);
        }
    }

    @Test
    void it_is_held_back_by_a_mask_and_comes_when_that_is_taken_away() throws InterruptedException {
        try (Interrupts intx = edu.interrupts().enable(InterruptType.INTX, 1)) {
            intx.mask();
            raise(1);
            assertThat(intx.await(0, NO_INTERRUPT)).isZero();

            intx.unmask();

            assertThat(intx.await(0, PATIENCE)).isEqualTo(1);
            acknowledge(1);
        }
    }

    @Test
    void the_driver_takes_interrupts_of_all_causes() throws InterruptedException {
        try (EduDriver driver = EduDriver.open(edu, InterruptType.INTX)) {
            for (int cause = 1; cause != 0; cause <<= 1) {
                assertThat(driver.raiseInterrupt(cause)).isLessThan(PATIENCE);
            }
        }
        assertThat(causes()).isZero();
    }

    @ParameterizedTest(name = "unmask by eventfd: {0}")
    @ValueSource(booleans = {false, true})
    void a_callback_acknowledges_and_lets_through(boolean byEventFd) throws InterruptedException {
        Semaphore calls = new Semaphore(0);
        AtomicReference<Interrupts> enabled = new AtomicReference<>();
        InterruptOptions options = InterruptOptions.defaults().withHandler((vector, count) -> {
            acknowledge(causes());
            enabled.get().unmask();
            calls.release((int) count);
        });
        try (Interrupts intx =
                edu.interrupts().enable(InterruptType.INTX, 1, byEventFd ? options.withResample() : options)) {
            enabled.set(intx);
            for (int interrupt = 0; interrupt < 20; interrupt++) {
                raise(1);
                assertThat(calls.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
        }
        assertThat(calls.availablePermits()).isZero();
    }

    @Test
    void the_end_of_a_computation_interrupts() throws InterruptedException {
        try (Interrupts intx = edu.interrupts().enable(InterruptType.INTX, 1)) {
            registers.write(Edu.STATUS, (int) Edu.FACTORIAL_IRQ.mask());
            registers.write(Edu.FACTORIAL, 7);
            assertThat(intx.await(0, PATIENCE)).isEqualTo(1);
            assertThat(causes()).isEqualTo(Edu.IRQ_FACTORIAL_DONE);
            assertThat(registers.read(Edu.FACTORIAL)).isEqualTo(5040);
            acknowledge(Edu.IRQ_FACTORIAL_DONE);
        }
    }

    @Test
    void it_excludes_msi_while_it_is_enabled() {
        try (Interrupts intx = edu.interrupts().enable(InterruptType.INTX, 1)) {
            assertThatThrownBy(() -> edu.interrupts().enable(InterruptType.MSI, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("INTx");
            assertThat(intx.vectors()).isEqualTo(1);
        }
        edu.interrupts().enable(InterruptType.MSI, 1).close();
    }
}
