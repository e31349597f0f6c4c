// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.SystemCalls;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel refuses the dispatcher's wait: whoever hangs on it is told, and nothing is left. */
@Timeout(60)
final class FailedLoopTest {
    private static final Duration LONG = Duration.ofSeconds(Fixture.PATIENCE_SECONDS);

    private final AtomicBoolean broken = new AtomicBoolean();
    private final AtomicInteger waits = new AtomicInteger();
    private final SystemCalls sys = ObservedCalls.with(method -> {
        if (!method.equals("epollWait")) {
            return 0;
        }
        boolean fails = broken.get();
        waits.incrementAndGet();
        return fails ? -Errno.EBADF : 0;
    });

    @Test
    void those_who_wait_and_those_who_come_are_told_the_call_and_the_remedy() {
        long before = OpenEventFds.count();
        CompletableFuture<Integer> called = new CompletableFuture<>();
        try (FiringDevice device = new FiringDevice(SystemCalls.linux());
                FiringDevice other = new FiringDevice(SystemCalls.linux());
                FiringDevice late = new FiringDevice(SystemCalls.linux());
                InterruptDispatcher dispatcher = new InterruptDispatcher(sys);
                Interrupts interrupts = control(device, dispatcher).enable(InterruptType.MSIX, 1);
                Interrupts handled = control(other, dispatcher)
                        .enable(InterruptType.MSIX, 1, handled((vector, count) -> called.complete(vector)))) {
            CompletableFuture<Long> waiting = awaited(interrupts);
            assertThat(handled.vectors()).isOne();
            Fixture.until(() -> waits.get() > 0);

            broken.set(true);
            other.fire(InterruptType.MSIX, 0);

            assertThat(called.join()).isZero();
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(waiting::join)
                    .havingCause()
                    .isInstanceOfSatisfying(VfioException.class, FailedLoopTest::isExplained);
            assertThatExceptionOfType(VfioException.class)
                    .isThrownBy(() ->
                            control(late, dispatcher).enable(InterruptType.MSIX, 1, handled((vector, count) -> {})))
                    .satisfies(FailedLoopTest::isExplained);
        }
        assertThat(OpenEventFds.count()).isEqualTo(before);
    }

    private static InterruptOptions handled(InterruptHandler handler) {
        return InterruptOptions.defaults().withHandler(handler);
    }

    private static void isExplained(VfioException failure) {
        assertThat(failure.call()).isEqualTo("epoll_wait");
        assertThat(failure.errno()).isEqualTo(Errno.EBADF);
        assertThat(failure).hasMessageContaining("close the context");
    }

    private InterruptControl control(FiringDevice device, InterruptDispatcher dispatcher) {
        return new InterruptControl(device, dispatcher, sys, (type, enabled) -> {}, Fixture.NAME);
    }

    /** A virtual thread waits by way of the dispatcher; returns when it does. */
    private static CompletableFuture<Long> awaited(Interrupts interrupts) {
        CompletableFuture<Long> outcome = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                outcome.complete(interrupts.await(0, LONG));
            } catch (InterruptedException | RuntimeException e) {
                outcome.completeExceptionally(e);
            }
        });
        Fixture.until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return outcome;
    }
}
