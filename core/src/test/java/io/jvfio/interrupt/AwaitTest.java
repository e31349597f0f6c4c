// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import io.jvfio.device.DeviceGoneException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Waiting and polling, by platform and by virtual threads. */
final class AwaitTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int STORM = 100_000;

    private final long before = OpenEventFds.count();
    private final Fixture fixture = new Fixture();
    private final FiringDevice device = fixture.device;
    private final InterruptControl control = fixture.control;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void await_returns_how_many_interrupts_there_were_since_the_last() throws InterruptedException {
        Interrupts interrupts = control.enable(InterruptType.MSI, 2);
        device.fire(InterruptType.MSI, 1);
        device.fire(InterruptType.MSI, 1);
        device.fire(InterruptType.MSI, 1);

        assertThat(interrupts.await(1, LONG)).isEqualTo(3);
        assertThat(interrupts.await(1, Duration.ZERO)).isZero();
        assertThat(interrupts.await(0, Duration.ZERO)).isZero();
    }

    @Test
    void poll_returns_how_many_interrupts_there_were_since_the_last() {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 3);
        assertThat(interrupts.poll(2)).isZero();
        device.fire(InterruptType.MSIX, 2);
        device.fire(InterruptType.MSIX, 2);

        assertThat(interrupts.poll(2)).isEqualTo(2);
        assertThat(interrupts.poll(2)).isZero();
    }

    @Test
    void polls_and_waits_share_the_count() throws InterruptedException {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        device.fire(InterruptType.MSI, 0);
        assertThat(interrupts.poll(0)).isOne();
        device.fire(InterruptType.MSI, 0);
        assertThat(interrupts.await(0, LONG)).isOne();
        assertThat(interrupts.poll(0)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_ends_the_wait(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        for (int round = 0; round < 3; round++) {
            Fixture.Task task =
                    fixture.start(kind, () -> interrupts.await(0, LONG)).untilBlocked();
            device.fire(InterruptType.MSI, 0);
            assertThat(task.result()).isEqualTo(1L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_ends_even_the_longest_wait(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        Fixture.Task task =
                fixture.start(kind, () -> interrupts.await(0, longest)).untilBlocked();
        device.fire(InterruptType.MSI, 0);
        assertThat(task.result()).isEqualTo(1L);
    }

    @ParameterizedTest
    @EnumSource
    void a_wait_without_an_interrupt_returns_0_and_never_early(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        Fixture.Task task = fixture.start(kind, () -> {
            long start = System.nanoTime();
            assertThat(interrupts.await(0, SHORT)).isZero();
            return System.nanoTime() - start;
        });
        assertThat((Long) task.result()).isGreaterThanOrEqualTo(SHORT.toNanos());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void a_limit_of_zero_or_less_does_not_wait(long seconds) throws InterruptedException {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        assertThat(interrupts.await(0, Duration.ofSeconds(seconds))).isZero();
        device.fire(InterruptType.MSI, 0);
        assertThat(interrupts.await(0, Duration.ofSeconds(seconds))).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void closing_ends_the_wait(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        Fixture.Task task = fixture.start(kind, () -> interrupts.await(0, LONG)).untilBlocked();
        interrupts.close();
        assertThat(task.failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the MSI interrupts of 0000:00:04.0 are closed");
        assertThat(device.held()).isZero();
        // A virtual thread has started the dispatcher, which has an epoll and an eventfd and ends with the last wait.
        assertThat(OpenEventFds.count()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void removing_the_vector_ends_the_wait(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 2);
        Fixture.Task task = fixture.start(kind, () -> interrupts.await(1, LONG)).untilBlocked();
        assertThat(interrupts.remove(1)).isZero();
        assertThat(task.failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("0000:00:04.0 MSI-X vector 1 was removed");
    }

    @ParameterizedTest
    @EnumSource
    void removal_of_the_device_ends_the_wait_and_all_later_ones(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 2);
        Fixture.Task task = fixture.start(kind, () -> interrupts.await(0, LONG)).untilBlocked();
        control.end(() -> new DeviceGoneException("read", Fixture.NAME));
        assertThat(task.failure()).isInstanceOf(DeviceGoneException.class).hasMessageContaining(Fixture.NAME);
        assertThat(fixture.start(kind, () -> interrupts.await(1, LONG)).failure())
                .isInstanceOf(DeviceGoneException.class);
        assertThatThrownBy(() -> interrupts.poll(1)).isInstanceOf(DeviceGoneException.class);
        assertThatThrownBy(() -> interrupts.unmask()).isInstanceOf(DeviceGoneException.class);
    }

    @ParameterizedTest
    @EnumSource
    void interruption_ends_the_wait_and_loses_nothing(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        Fixture.Task task = fixture.start(kind, () -> interrupts.await(0, LONG)).untilBlocked();
        task.thread().interrupt();
        assertThat(task.failure()).isInstanceOf(InterruptedException.class);

        device.fire(InterruptType.MSI, 0);
        assertThat(fixture.start(kind, () -> interrupts.await(0, LONG)).result())
                .isEqualTo(1L);
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupted_thread_does_not_wait_and_takes_nothing(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        device.fire(InterruptType.MSI, 0);
        Fixture.Task task = fixture.start(kind, () -> {
            Thread.currentThread().interrupt();
            return interrupts.await(0, LONG);
        });
        assertThat(task.failure()).isInstanceOf(InterruptedException.class);
        assertThat(interrupts.poll(0)).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void the_wake_up_of_one_wait_does_not_end_the_next(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        Fixture.Task first =
                fixture.start(kind, () -> interrupts.await(0, LONG)).untilBlocked();
        first.thread().interrupt();
        assertThat(first.failure()).isInstanceOf(InterruptedException.class);

        Fixture.Task second = fixture.start(kind, () -> {
            long start = System.nanoTime();
            assertThat(interrupts.await(0, SHORT)).isZero();
            return System.nanoTime() - start;
        });
        assertThat((Long) second.result()).isGreaterThanOrEqualTo(SHORT.toNanos());
    }

    @ParameterizedTest
    @EnumSource
    void interruptions_that_race_with_waits_are_all_noticed(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        for (int round = 0; round < 500; round++) {
            Fixture.Task task = fixture.start(kind, () -> interrupts.await(0, LONG));
            for (int spin = 0; spin < round; spin++) {
                Thread.onSpinWait();
            }
            task.thread().interrupt();
            assertThat(task.failure()).isInstanceOf(InterruptedException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_second_consumer_of_a_vector_is_refused(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 2);
        Fixture.Task task = fixture.start(kind, () -> interrupts.await(0, LONG)).untilBlocked();
        assertThatIllegalStateException()
                .isThrownBy(() -> interrupts.poll(0))
                .withMessageContainingAll("MSI vector 0", "Thread[", "one consumer");
        assertThatIllegalStateException().isThrownBy(() -> interrupts.await(0, SHORT));
        assertThat(interrupts.poll(1)).isZero();
        device.fire(InterruptType.MSI, 0);
        assertThat(task.result()).isEqualTo(1L);
    }

    @ParameterizedTest
    @EnumSource
    void time_outs_that_race_with_interrupts_lose_none(ThreadKind kind) {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        AtomicBoolean fired = new AtomicBoolean();
        Fixture.Task task = fixture.start(kind, () -> {
            long sum = 0;
            long timeOuts = 0;
            while (true) {
                boolean last = fired.get();
                long count = interrupts.await(0, Duration.ofNanos(1 + sum % 50_000));
                sum += count;
                timeOuts += count == 0 ? 1 : 0;
                if (last && count == 0) {
                    return List.of(sum, timeOuts);
                }
            }
        });
        for (int i = 0; i < STORM; i++) {
            device.fire(InterruptType.MSI, 0);
        }
        fired.set(true);
        assertThat(task.result()).asInstanceOf(LIST).first().isEqualTo((long) STORM);
    }

    @ParameterizedTest
    @EnumSource
    void threads_await_different_vectors_at_once_and_each_gets_its_own_count(ThreadKind kind) {
        int vectors = 16;
        Interrupts interrupts = control.enable(InterruptType.MSIX, vectors);
        List<Fixture.Task> tasks = new ArrayList<>();
        for (int vector = 0; vector < vectors; vector++) {
            int own = vector;
            tasks.add(fixture.start(kind, () -> {
                long sum = 0;
                while (sum < own + 1) {
                    sum += interrupts.await(own, LONG);
                }
                return sum;
            }));
        }
        for (int vector = 0; vector < vectors; vector++) {
            for (int i = 0; i <= vector; i++) {
                device.fire(InterruptType.MSIX, vector);
            }
        }
        for (int vector = 0; vector < vectors; vector++) {
            assertThat(tasks.get(vector).result()).isEqualTo(vector + 1L);
        }
    }

    @Test
    void thousands_of_virtual_threads_wait_without_holding_a_carrier() {
        int vectors = 2048;
        Interrupts interrupts = control.enable(InterruptType.MSIX, vectors);
        List<Fixture.Task> tasks = new ArrayList<>();
        for (int vector = 0; vector < vectors; vector++) {
            int own = vector;
            tasks.add(fixture.start(ThreadKind.VIRTUAL, () -> interrupts.await(own, LONG)));
        }
        // If any of them held its carrier, the later ones would never get to wait.
        tasks.forEach(Fixture.Task::untilBlocked);
        for (int vector = 0; vector < vectors; vector++) {
            device.fire(InterruptType.MSIX, vector);
        }
        tasks.forEach(task -> assertThat(task.result()).isEqualTo(1L));
    }

    @Test
    void closing_the_dispatcher_ends_the_waits_of_virtual_threads() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 2);
        Fixture.Task task = fixture.start(ThreadKind.VIRTUAL, () -> interrupts.await(0, LONG))
                .untilBlocked();
        fixture.dispatcher.close();
        assertThat(task.failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the interrupt dispatcher is closed");
        assertThat(fixture.start(ThreadKind.VIRTUAL, () -> interrupts.await(1, LONG))
                        .failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the interrupt dispatcher is closed");
    }

    @Test
    void a_vector_changes_between_kinds_of_thread() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        for (int round = 0; round < 4; round++) {
            for (ThreadKind kind : ThreadKind.values()) {
                assertThat(fixture.start(kind, () -> interrupts.await(0, Duration.ofMillis(1)))
                                .result())
                        .isEqualTo(0L);
                Fixture.Task task = fixture.start(kind, () -> interrupts.await(0, LONG));
                device.fire(InterruptType.MSI, 0);
                assertThat(task.result()).isEqualTo(1L);
            }
        }
    }

    @Test
    void a_vector_that_is_off_is_neither_awaited_nor_polled() {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 1);
        assertThatIllegalStateException()
                .isThrownBy(() -> interrupts.poll(1))
                .withMessage("0000:00:04.0 MSI-X vector 1 is not enabled");
        assertThatIllegalStateException().isThrownBy(() -> interrupts.await(2047, SHORT));
        assertThatThrownBy(() -> interrupts.poll(2048)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> interrupts.poll(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
