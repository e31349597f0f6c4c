// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Interrupts with a callback on the dispatcher's thread. */
final class HandlerTest {
    private static final int STORM = 100_000;

    private record Called(int vector, long count, Thread thread) {}

    private final long before = OpenEventFds.count();
    private final Fixture fixture = new Fixture();
    private final FiringDevice device = fixture.device;
    private final InterruptControl control = fixture.control;
    private final BlockingQueue<Called> calls = new LinkedBlockingQueue<>();
    private final CompletableFuture<Interrupts> self = new CompletableFuture<>();

    @AfterEach
    void close() {
        fixture.close();
        assertThat(OpenEventFds.count()).isEqualTo(before);
    }

    private Interrupts enable(int vectors, InterruptHandler handler) {
        Interrupts interrupts = control.enable(
                InterruptType.MSIX, vectors, InterruptOptions.defaults().withHandler(handler));
        self.complete(interrupts);
        return interrupts;
    }

    private void remember(int vector, long count) {
        calls.add(new Called(vector, count, Thread.currentThread()));
    }

    private Called next() {
        try {
            Called call = calls.poll(Fixture.PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(call).as("a call").isNotNull();
            return call;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void the_dispatchers_thread_ends_with_the_last_one_it_serves_and_comes_again() {
        for (int i = 0; i < 2; i++) {
            CompletableFuture<Thread> seen = new CompletableFuture<>();
            InterruptOptions options =
                    InterruptOptions.defaults().withHandler((vector, count) -> seen.complete(Thread.currentThread()));
            try (Interrupts interrupts = fixture.control.enable(InterruptType.MSIX, 2, options)) {
                assertThat(interrupts.vectors()).isEqualTo(2);
                fixture.device.fire(InterruptType.MSIX, 1);
                assertThat(seen.join().isAlive()).isTrue();
            }
            assertThat(seen.join().isAlive()).isFalse();
        }
    }

    @Test
    void a_callback_gets_vector_and_count_on_the_daemon_thread() {
        enable(3, this::remember);
        device.fire(InterruptType.MSIX, 2);
        Called call = next();
        assertThat(call.vector()).isEqualTo(2);
        assertThat(call.count()).isOne();
        assertThat(call.thread().getName()).isEqualTo("jvfio-interrupts");
        assertThat(call.thread().isDaemon()).isTrue();
    }

    @Test
    void a_storm_from_several_threads_is_counted_exactly() {
        int vectors = 4;
        AtomicLongArray sums = new AtomicLongArray(vectors);
        enable(vectors, sums::addAndGet);
        List<Fixture.Task> storms = new ArrayList<>();
        for (int vector = 0; vector < vectors; vector++) {
            int own = vector;
            storms.add(fixture.start(ThreadKind.PLATFORM, () -> {
                for (int i = 0; i < STORM / 4; i++) {
                    device.fire(InterruptType.MSIX, own);
                }
                return true;
            }));
        }
        storms.forEach(Fixture.Task::result);
        for (int vector = 0; vector < vectors; vector++) {
            int own = vector;
            Fixture.until(() -> sums.get(own) >= STORM / 4);
        }
        self.join().close();
        for (int vector = 0; vector < vectors; vector++) {
            assertThat(sums.get(vector)).isEqualTo(STORM / 4);
        }
    }

    @Test
    void what_no_callback_was_told_of_is_returned_by_remove() {
        Semaphore entered = new Semaphore(0);
        Semaphore leave = new Semaphore(0);
        AtomicLongArray sums = new AtomicLongArray(2);
        Interrupts interrupts = enable(2, (vector, count) -> {
            sums.addAndGet(vector, count);
            if (vector == 0) {
                entered.release();
                Fixture.acquire(leave);
            }
        });
        device.fire(InterruptType.MSIX, 0);
        Fixture.acquire(entered);
        device.fire(InterruptType.MSIX, 1);
        device.fire(InterruptType.MSIX, 1);
        long left = interrupts.remove(1);
        leave.release();
        assertThat(left + sums.get(1)).isEqualTo(2);
        assertThat(left).isEqualTo(2);
    }

    @Test
    void a_callback_removes_its_own_vector_and_the_others_go_on() {
        enable(2, (vector, count) -> {
            remember(vector, count);
            if (vector == 0) {
                assertThat(self.join().remove(0)).isZero();
            }
        });
        device.fire(InterruptType.MSIX, 0);
        assertThat(next().vector()).isZero();
        Fixture.until(() -> self.join().vectors() == 1);
        device.fire(InterruptType.MSIX, 0);
        device.fire(InterruptType.MSIX, 1);
        assertThat(next().vector()).isOne();
    }

    @Test
    void a_callback_closes_its_own_interrupts_and_enables_others() {
        enable(2, (vector, count) -> {
            self.join().close();
            control.enable(InterruptType.MSI, 1, InterruptOptions.defaults().withHandler(this::remember));
            calls.add(new Called(-1, count, Thread.currentThread()));
        });
        device.fire(InterruptType.MSIX, 1);
        assertThat(next().vector()).isEqualTo(-1);
        device.fire(InterruptType.MSI, 0);
        assertThat(next().vector()).isZero();
    }

    @Test
    void a_callback_closes_its_device() {
        enable(2, (vector, count) -> {
            control.close();
            device.close();
            remember(vector, count);
        });
        device.fire(InterruptType.MSIX, 0);
        device.fire(InterruptType.MSIX, 1);
        next();
        assertThat(device.held()).isZero();
        assertThat(self.join().vectors()).isZero();
        self.join().close();
        assertThat(calls).isEmpty();
    }

    @Test
    void a_callback_closes_the_dispatcher_and_is_the_last() {
        enable(2, (vector, count) -> {
            fixture.dispatcher.close();
            remember(vector, count);
        });
        device.fire(InterruptType.MSIX, 0);
        Thread thread = next().thread();
        Fixture.until(() -> !thread.isAlive());
        device.fire(InterruptType.MSIX, 1);
        self.join().close();
        assertThat(calls).isEmpty();
    }

    @Test
    void while_a_callback_closes_its_interrupts_another_thread_may_too() {
        Semaphore entered = new Semaphore(0);
        Semaphore leave = new Semaphore(0);
        AtomicBoolean done = new AtomicBoolean();
        enable(1, (vector, count) -> {
            entered.release();
            Fixture.acquire(leave);
            self.join().close();
            done.set(true);
        });
        device.fire(InterruptType.MSIX, 0);
        Fixture.acquire(entered);
        Fixture.Task closer = fixture.start(ThreadKind.VIRTUAL, () -> {
            self.join().close();
            return done.get();
        });
        closer.untilBlocked(); // the close is under way, and waits for the callback
        leave.release();
        assertThat(closer.result()).isEqualTo(true);
    }

    @Test
    void close_waits_for_the_callback_that_is_under_way() {
        Semaphore entered = new Semaphore(0);
        Semaphore leave = new Semaphore(0);
        AtomicBoolean done = new AtomicBoolean();
        Interrupts interrupts = enable(1, (vector, count) -> {
            entered.release();
            Fixture.acquire(leave);
            done.set(true);
        });
        device.fire(InterruptType.MSIX, 0);
        Fixture.acquire(entered);
        Fixture.Task closer = fixture.start(ThreadKind.VIRTUAL, () -> {
            interrupts.close();
            return done.get();
        });
        closer.untilBlocked();
        leave.release();
        assertThat(closer.result()).isEqualTo(true);
    }

    @Test
    void close_does_not_wait_for_ever_for_a_callback_that_does_not_return() {
        Semaphore entered = new Semaphore(0);
        Semaphore leave = new Semaphore(0);
        Interrupts interrupts = enable(1, (vector, count) -> {
            entered.release();
            Fixture.acquire(leave);
        });
        device.fire(InterruptType.MSIX, 0);
        Fixture.acquire(entered);
        long start = System.nanoTime();
        interrupts.close();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(InterruptDispatcher.CALLBACK_WAIT_NANOS);
        leave.release();
        assertThat(device.held()).isZero();
    }

    @Test
    void a_callback_that_throws_is_called_again() {
        enable(1, (vector, count) -> {
            remember(vector, count);
            if (calls.size() == 1) {
                throw new IllegalArgumentException("on purpose");
            }
            throw new AssertionError("on purpose");
        });
        for (int i = 0; i < 3; i++) {
            device.fire(InterruptType.MSIX, 0);
            assertThat(next().count()).isOne();
        }
    }

    @Test
    void a_callback_that_throws_a_checked_exception_is_called_again() {
        enable(1, (vector, count) -> {
            remember(vector, count);
            HandlerTest.<RuntimeException>sneak(new IOException("on purpose"));
        });
        for (int i = 0; i < 2; i++) {
            device.fire(InterruptType.MSIX, 0);
            assertThat(next().count()).isOne();
        }
    }

    @SuppressWarnings("unchecked") // what languages without checked exceptions do
    private static <X extends Exception> void sneak(Exception e) throws X {
        throw (X) e;
    }

    @Test
    void a_callback_that_interrupts_its_thread_disturbs_no_later_one() {
        enable(1, (vector, count) -> {
            calls.add(new Called(Thread.currentThread().isInterrupted() ? 1 : 0, count, Thread.currentThread()));
            Thread.currentThread().interrupt();
        });
        for (int i = 0; i < 3; i++) {
            device.fire(InterruptType.MSIX, 0);
            assertThat(next().vector()).as("interrupted").isZero();
        }
    }

    @Test
    void interrupts_that_come_before_enable_returns_are_delivered() {
        device.intercept(request -> {
            if (request.index() == InterruptType.MSI.index() && request.count() == 1) {
                device.intercept(later -> later);
                device.setIrqs(request);
                device.fire(InterruptType.MSI, 0);
                next(); // the callback runs although enable has not returned
            }
            return request;
        });
        control.enable(InterruptType.MSI, 1, InterruptOptions.defaults().withHandler(this::remember));
        device.fire(InterruptType.MSI, 0);
        assertThat(next().count()).isOne();
    }

    @Test
    void a_vector_with_a_callback_is_neither_awaited_nor_polled() {
        Interrupts interrupts = enable(1, this::remember);
        assertThatIllegalStateException()
                .isThrownBy(() -> interrupts.poll(0))
                .withMessage("0000:00:04.0 MSI-X vector 0 has a callback, and so is neither awaited nor polled");
        assertThatIllegalStateException().isThrownBy(() -> interrupts.await(0, Duration.ZERO));
    }

    @Test
    void vectors_come_and_go_while_others_are_fired() {
        AtomicLongArray sums = new AtomicLongArray(32);
        Interrupts interrupts = enable(1, sums::addAndGet);
        AtomicBoolean stop = new AtomicBoolean();
        Fixture.Task storm = fixture.start(ThreadKind.PLATFORM, () -> {
            long fired = 0;
            while (!stop.get()) {
                device.fire(InterruptType.MSIX, 0);
                fired++;
            }
            return fired;
        });
        for (int round = 0; round < 50; round++) {
            long delivered = 0;
            for (int vector = 1; vector < 32; vector++) {
                interrupts.add(vector);
                device.fire(InterruptType.MSIX, vector);
            }
            for (int vector = 1; vector < 32; vector++) {
                delivered += interrupts.remove(vector) + sums.getAndSet(vector, 0);
            }
            assertThat(delivered).isEqualTo(31);
        }
        stop.set(true);
        long fired = (Long) storm.result();
        Fixture.until(() -> sums.get(0) >= fired);
        assertThat(interrupts.remove(0) + sums.get(0)).isEqualTo(fired);
    }
}
