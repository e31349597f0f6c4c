// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.examples.Edu;
import io.jvfio.examples.EduDriver;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MSI: awaited, polled, and by callback. */
abstract class EduMsiContract extends EduFixture {

    @BeforeEach
    void letItSendMessages() {
        edu.enableBusMaster();
    }

    @Test
    void each_message_is_awaited_once() throws InterruptedException {
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            for (int message = 1; message <= 100; message++) {
                raise(message);
                assertThat(msi.await(0, PATIENCE)).isEqualTo(1);
            }
            assertThat(msi.poll(0)).isZero();
            assertThat(causes()).isEqualTo(127);
        }
    }

    @Test
    void a_message_is_polled() {
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            assertThat(msi.poll(0)).isZero();
            raise(1);
            long end = System.nanoTime() + PATIENCE.toNanos();
            long count = 0;
            while (count == 0 && System.nanoTime() < end) {
                count = msi.poll(0);
            }
            assertThat(count).isEqualTo(1);
            assertThat(msi.poll(0)).isZero();
        }
    }

    @Test
    void a_callback_is_called_for_each_message() throws InterruptedException {
        Semaphore calls = new Semaphore(0);
        InterruptOptions options =
                InterruptOptions.defaults().withHandler((vector, count) -> calls.release((int) count));
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1, options)) {
            for (int message = 0; message < 100; message++) {
                raise(1);
                assertThat(calls.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
            assertThatThrownBy(() -> msi.poll(0)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(calls.availablePermits()).isZero();
    }

    @Test
    void the_driver_works_with_msi() throws InterruptedException {
        try (EduDriver driver = EduDriver.open(edu)) {
            assertThat(driver.interruptType()).isEqualTo(InterruptType.MSI);
            assertThat(driver.raiseInterrupt(0x80)).isLessThan(PATIENCE);
        }
        assertThat(causes()).isZero();
    }

    @Test
    void a_wait_ends_when_its_time_is_over() throws InterruptedException {
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            long start = System.nanoTime();
            assertThat(msi.await(0, NO_INTERRUPT)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(NO_INTERRUPT.toNanos());
        }
    }

    @ParameterizedTest(name = "virtual thread: {0}")
    @ValueSource(booleans = {false, true})
    void a_thread_that_waits_is_woken_by_the_message(boolean virtual) {
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            for (int round = 0; round < 20; round++) {
                CompletableFuture<Long> wait = new CompletableFuture<>();
                start(virtual, msi, wait);
                raise(1);
                assertThat(wait.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                .join())
                        .isEqualTo(1);
            }
        }
    }

    @ParameterizedTest(name = "virtual thread: {0}")
    @ValueSource(booleans = {false, true})
    void an_interrupted_wait_loses_no_message(boolean virtual) throws InterruptedException {
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            CompletableFuture<Long> wait = new CompletableFuture<>();
            Thread waiter = start(virtual, msi, wait);
            waiter.interrupt();
            assertThatThrownBy(() -> wait.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            waiter.join();

            raise(1);

            assertThat(msi.await(0, PATIENCE)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "virtual thread: {0}")
    @ValueSource(booleans = {false, true})
    void closing_the_device_ends_a_wait(boolean virtual) {
        Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1);
        CompletableFuture<Long> wait = new CompletableFuture<>();
        start(virtual, msi, wait);

        edu.close();

        assertThatThrownBy(() ->
                        wait.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void without_bus_mastering_no_message_comes() throws InterruptedException {
        edu.disableBusMaster();
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            raise(1);
            assertThat(msi.await(0, NO_INTERRUPT)).isZero();
            edu.enableBusMaster();
            raise(2);
            assertThat(msi.await(0, PATIENCE)).isEqualTo(1);
        }
    }

    @Test
    void msi_has_no_mask_and_says_what_to_do_instead() {
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            assertThatThrownBy(msi::mask)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("remove");
        }
    }

    @Test
    void the_end_of_a_computation_interrupts() throws InterruptedException {
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            registers.write(Edu.STATUS, (int) Edu.FACTORIAL_IRQ.mask());
            registers.write(Edu.FACTORIAL, 8);
            assertThat(msi.await(0, PATIENCE)).isEqualTo(1);
            assertThat(causes()).isEqualTo(Edu.IRQ_FACTORIAL_DONE);
            assertThat(registers.read(Edu.FACTORIAL)).isEqualTo(40320);
        }
    }

    private static Thread start(boolean virtual, Interrupts msi, CompletableFuture<Long> result) {
        Duration limit = PATIENCE.plus(PATIENCE);
        Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
        return builder.start(() -> {
            try {
                result.complete(msi.await(0, limit));
            } catch (InterruptedException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
    }
}
