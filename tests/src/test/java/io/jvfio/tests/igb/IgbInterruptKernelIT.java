// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.tests.lab.LabParts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MSI-X of a device that really sends it: no count is lost, none is invented. */
@Tag(LabParts.NEEDS_IGB)
final class IgbInterruptKernelIT extends IgbFixture {
    private static final int STORM = 1000;

    @Test
    void each_frame_interrupts_once_when_it_was_sent_and_once_when_it_came() throws InterruptedException {
        driver.enableQueueInterrupts();
        for (int frame = 0; frame < 20; frame++) {
            fillSource(0, 500, 500, frame);
            driver.startCopies(source.iova(), target.iova(), 500, 1);

            assertThat(driver.interrupts().await(IgbDriver.RECEIVE_VECTOR, PATIENCE))
                    .isEqualTo(1);
            assertThat(driver.interrupts().await(IgbDriver.TRANSMIT_VECTOR, PATIENCE))
                    .isEqualTo(1);
            assertThat(driver.takeCompleted()).isTrue();
            assertCopied(0, 0, 500);
        }
        assertNoInterrupt();
    }

    @Test
    void frames_of_a_batch_may_share_an_interrupt_but_none_is_left_waiting() throws InterruptedException {
        int count = 200;
        driver.enableQueueInterrupts();
        fillSource(0, count * 100, 100, 5);
        for (int frame = 0; frame < count; frame++) {
            driver.post(source.iova() + frame * 100L, target.iova() + frame * 100L, 100);
        }
        driver.ring();

        long interrupts = 0;
        while (!driver.takeCompleted()) {
            long more = driver.interrupts().await(IgbDriver.RECEIVE_VECTOR, PATIENCE);
            assertThat(more).as("interrupts while frames are missing").isPositive();
            interrupts += more;
        }
        interrupts += driver.interrupts().poll(IgbDriver.RECEIVE_VECTOR);
        assertThat(interrupts).isLessThanOrEqualTo(count);
        assertCopied(0, 0, count * 100);
    }

    @Test
    void a_cause_that_is_held_back_in_the_device_is_delivered_when_it_is_let_through() throws InterruptedException {
        driver.mask(IgbDriver.SOFTWARE_VECTOR);
        driver.raise(IgbDriver.SOFTWARE_VECTOR);
        driver.raise(IgbDriver.SOFTWARE_VECTOR);
        assertNoInterrupt();

        driver.unmask(IgbDriver.SOFTWARE_VECTOR);

        assertThat(driver.interrupts().await(IgbDriver.SOFTWARE_VECTOR, PATIENCE))
                .isEqualTo(1);
        assertNoInterrupt();
    }

    @Test
    void a_storm_of_messages_is_counted_exactly() throws InterruptedException {
        long count = 0;
        for (int message = 0; message < STORM; message++) {
            driver.raise(IgbDriver.SOFTWARE_VECTOR);
            count += driver.interrupts().await(IgbDriver.SOFTWARE_VECTOR, PATIENCE);
        }
        assertThat(count).isEqualTo(STORM);
        assertNoInterrupt();
    }

    @Test
    void a_storm_fired_in_software_is_counted_exactly_though_nobody_waits() throws InterruptedException {
        for (int signal = 0; signal < STORM; signal++) {
            driver.interrupts().trigger(IgbDriver.SOFTWARE_VECTOR);
        }
        assertThat(driver.interrupts().await(IgbDriver.SOFTWARE_VECTOR, PATIENCE))
                .isEqualTo(STORM);
        assertNoInterrupt();
    }

    @Test
    void vectors_come_and_go_while_others_fire() throws InterruptedException {
        Interrupts interrupts = driver.interrupts();
        int last = device.interrupts().available(InterruptType.MSIX) - 1;
        assertThat(last).isGreaterThan(IgbDriver.VECTORS);
        interrupts.add(last);
        driver.unmask(last);
        for (int message = 0; message < 10; message++) {
            driver.raise(IgbDriver.SOFTWARE_VECTOR);
            driver.raise(last);
            assertThat(interrupts.await(last, PATIENCE)).isEqualTo(1);
            assertThat(interrupts.await(IgbDriver.SOFTWARE_VECTOR, PATIENCE)).isEqualTo(1);
        }
        interrupts.trigger(last);

        assertThat(interrupts.remove(last)).as("what nobody has been told of").isEqualTo(1);

        assertThatThrownBy(() -> interrupts.poll(last)).isInstanceOf(IllegalStateException.class);
        driver.raise(IgbDriver.SOFTWARE_VECTOR);
        assertThat(interrupts.await(IgbDriver.SOFTWARE_VECTOR, PATIENCE)).isEqualTo(1);
        assertNoInterrupt();
    }

    @Test
    void virtual_threads_await_a_vector_each() throws InterruptedException, ExecutionException, TimeoutException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> waits = new ArrayList<>();
            driver.enableQueueInterrupts();
            for (int vector = 0; vector < IgbDriver.VECTORS; vector++) {
                int awaited = vector;
                waits.add(threads.submit(() -> driver.interrupts().await(awaited, PATIENCE)));
            }
            for (int vector = 0; vector < IgbDriver.VECTORS; vector++) {
                driver.raise(vector);
            }
            for (Future<Long> wait : waits) {
                assertThat(wait.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
            }
        }
        assertNoInterrupt();
    }

    @Test
    void a_callback_is_told_of_each_interrupt_once() throws InterruptedException {
        AtomicLongArray counts = new AtomicLongArray(IgbDriver.VECTORS);
        Semaphore calls = new Semaphore(0);
        driver.exchangeInterrupts(InterruptOptions.defaults().withHandler((vector, count) -> {
            counts.addAndGet(vector, count);
            calls.release();
        }));
        try {
            driver.enableQueueInterrupts();
            for (int message = 0; message < 50; message++) {
                driver.raise(message % IgbDriver.VECTORS);
                assertThat(calls.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
        } finally {
            driver.exchangeInterrupts(InterruptOptions.defaults());
        }
        assertThat(counts.get(0)).isEqualTo(17);
        assertThat(counts.get(1)).isEqualTo(17);
        assertThat(counts.get(2)).isEqualTo(16);
        assertThat(calls.availablePermits()).isZero();
    }
}
