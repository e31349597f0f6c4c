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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel refuses the dispatcher's wait: whoever hangs on it is told, and nothing is left. */
@Timeout(60)
final class FailedLoopTest {
    private static final Duration LONG = Duration.ofSeconds(Fixture.PATIENCE_SECONDS);

    private final AtomicBoolean broken = new AtomicBoolean();
    private final SystemCalls sys =
            ObservedCalls.with(method -> method.equals("epollWait") && broken.get() ? -Errno.EBADF : 0);

    @Test
    void those_who_wait_and_those_who_come_are_told_the_call_and_the_remedy() {
        long before = OpenEventFds.count();
        try (FiringDevice device = new FiringDevice(SystemCalls.linux());
                FiringDevice other = new FiringDevice(SystemCalls.linux());
                InterruptDispatcher dispatcher = new InterruptDispatcher(sys);
                Interrupts interrupts = control(device, dispatcher).enable(InterruptType.MSIX, 2)) {
            CompletableFuture<Long> waiting = awaited(interrupts, 0);
            CompletableFuture<Long> fired = awaited(interrupts, 1);

            broken.set(true);
            device.fire(InterruptType.MSIX, 1);

            assertThat(fired.join()).isOne();
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(waiting::join)
                    .havingCause()
                    .isInstanceOfSatisfying(VfioException.class, FailedLoopTest::isExplained);
            assertThatExceptionOfType(VfioException.class)
                    .isThrownBy(() -> control(other, dispatcher).enable(InterruptType.MSIX, 1, handled()))
                    .satisfies(FailedLoopTest::isExplained);
        }
        assertThat(OpenEventFds.count()).isEqualTo(before);
    }

    private static InterruptOptions handled() {
        return InterruptOptions.defaults().withHandler((vector, count) -> {});
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
    private static CompletableFuture<Long> awaited(Interrupts interrupts, int vector) {
        CompletableFuture<Long> outcome = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                outcome.complete(interrupts.await(vector, LONG));
            } catch (InterruptedException | RuntimeException e) {
                outcome.completeExceptionally(e);
            }
        });
        Fixture.until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return outcome;
    }
}
