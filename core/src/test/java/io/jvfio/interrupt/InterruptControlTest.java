// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.SystemCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Enabling, changing and turning off. */
final class InterruptControlTest {
    private static final InterruptOptions HANDLED = InterruptOptions.defaults().withHandler((vector, count) -> {});

    private final long before = OpenEventFds.count();
    private final SystemCalls sys = SystemCalls.linux();
    private final FiringDevice device = new FiringDevice(sys);
    private final InterruptDispatcher dispatcher = new InterruptDispatcher(sys);
    private final List<String> log = new ArrayList<>();
    private final InterruptControl control = new InterruptControl(
            device, dispatcher, sys, (type, enabled) -> log.add(type + (enabled ? " on" : " off")), Fixture.NAME);

    @AfterEach
    void close() {
        try (device;
                dispatcher) {
            control.close();
        }
        assertThat(OpenEventFds.count()).isEqualTo(before);
    }

    private void logRequests() {
        device.intercept(request -> {
            log.add(request.action() + " " + request.index() + " " + request.start() + "+" + request.count());
            return request;
        });
    }

    @Test
    void each_type_has_the_vectors_that_the_device_has() {
        assertThat(Arrays.stream(InterruptType.values()).map(control::available))
                .containsExactly(1, 32, 2048);
        assertThat(Arrays.stream(InterruptType.values()).map(InterruptType::index))
                .containsExactly(0, 1, 2);
        device.with(InterruptType.MSI, 0);
        assertThat(control.available(InterruptType.MSI)).isZero();
    }

    @Test
    void the_enable_bit_is_set_after_the_vectors_and_cleared_before_the_index() {
        logRequests();
        control.enable(InterruptType.MSIX, 5).close();
        assertThat(log).containsExactly("TRIGGER 2 0+5", "MSI-X on", "MSI-X off", "TRIGGER 2 0+0");
    }

    @ParameterizedTest
    @EnumSource
    void each_type_can_be_enabled_fired_and_enabled_again(InterruptType type) {
        for (int round = 0; round < 3; round++) {
            try (Interrupts interrupts = control.enable(type, 1)) {
                assertThat(interrupts.type()).isEqualTo(type);
                assertThat(interrupts.vectors()).isOne();
                assertThat(interrupts).hasToString(type + " interrupts of 0000:00:04.0, 1 enabled");
                interrupts.trigger(0);
                assertThat(interrupts.poll(0)).isOne();
            }
            assertThat(device.held()).isZero();
            assertThat(OpenEventFds.count()).isEqualTo(before);
        }
    }

    @Test
    void a_second_type_is_refused_and_the_first_holder_named() {
        Interrupts first = control.enable(InterruptType.MSI, 4);
        assertThatIllegalStateException()
                .isThrownBy(() -> control.enable(InterruptType.MSIX, 1))
                .withMessageContainingAll("cannot enable MSI-X", Fixture.NAME, "MSI with 4 vectors", "Thread[");
        assertThatIllegalStateException().isThrownBy(() -> control.enable(InterruptType.MSI, 1));
        first.close();
        assertThat(control.enable(InterruptType.MSIX, 1).vectors()).isOne();
    }

    @ParameterizedTest
    @CsvSource({"INTX, 2", "MSI, 33", "MSIX, 2049", "MSI, 0", "MSI, -1"})
    void vectors_that_the_device_does_not_have_are_refused(InterruptType type, int vectors) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> control.enable(type, vectors))
                .withMessageContainingAll(
                        Fixture.NAME, type.toString(), "has " + control.available(type), "asked for " + vectors);
        assertThat(device.requests()).isEmpty();
    }

    @Test
    void a_type_that_the_device_does_not_have_is_refused() {
        device.with(InterruptType.MSIX, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> control.enable(InterruptType.MSIX, 1))
                .withMessage("0000:00:04.0 has 0 MSI-X vectors, asked for 1");
        assertThatIllegalArgumentException().isThrownBy(() -> control.enableUpTo(InterruptType.MSIX, 8));
    }

    @Test
    void when_fewer_can_be_had_the_error_says_how_many_and_nothing_is_changed() {
        device.obtainable(3);
        assertThatExceptionOfType(VectorsUnavailableException.class)
                .isThrownBy(() -> control.enable(InterruptType.MSIX, 8, HANDLED))
                .withMessageContainingAll("ENOSPC", Fixture.NAME, "8 MSI-X vectors", "3 can be had")
                .satisfies(e -> {
                    assertThat(e.requested()).isEqualTo(8);
                    assertThat(e.available()).isEqualTo(3);
                });
        assertThat(log).isEmpty();
        assertThat(device.held()).isZero();
        assertThat(control.enable(InterruptType.MSIX, 3).vectors()).isEqualTo(3);
    }

    @Test
    void enable_up_to_takes_what_can_be_had() {
        device.obtainable(3);
        assertThat(control.enableUpTo(InterruptType.MSIX, 8).vectors()).isEqualTo(3);
    }

    @Test
    void enable_up_to_takes_what_the_device_has() {
        assertThat(control.enableUpTo(InterruptType.MSI, 4096).vectors()).isEqualTo(32);
    }

    @Test
    void enable_up_to_takes_no_more_than_asked_for() {
        assertThat(control.enableUpTo(InterruptType.MSI, 2).vectors()).isEqualTo(2);
    }

    @Test
    void vectors_are_added_and_removed_one_by_one_where_the_index_is_resizable() {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 1);
        interrupts.add(2047);
        interrupts.add(1);
        assertThat(interrupts.vectors()).isEqualTo(3);
        device.fire(InterruptType.MSIX, 2047);
        assertThat(interrupts.poll(2047)).isOne();

        device.fire(InterruptType.MSIX, 1);
        assertThat(interrupts.remove(1)).as("a count that nobody took").isOne();
        assertThat(interrupts.vectors()).isEqualTo(2);
        device.fire(InterruptType.MSIX, 1);
        interrupts.add(1);
        assertThat(interrupts.poll(1)).isZero();
        assertThatIllegalStateException()
                .isThrownBy(() -> interrupts.add(1))
                .withMessage("0000:00:04.0 MSI-X vector 1 is enabled already");
        assertThatThrownBy(() -> interrupts.add(2048)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void a_vector_is_taken_away_by_no_eventfd_and_never_by_a_request_that_fires() {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 2);
        interrupts.remove(1);
        IrqRequest made = device.requests().getLast();
        assertThat(made)
                .isEqualTo(
                        IrqRequest.assign(2, 1, Collections.singletonList(null)).by(made.owner()));
        assertThatIllegalStateException()
                .isThrownBy(() -> interrupts.remove(1))
                .withMessageContaining("vector 1 is not enabled");
    }

    @Test
    void vectors_are_not_added_where_the_index_is_not_resizable() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 2);
        assertThatIllegalStateException()
                .isThrownBy(() -> interrupts.add(2))
                .withMessageContainingAll("MSI vector 2", "the 2 that were enabled", "NORESIZE", "at once");
        interrupts.remove(0);
        interrupts.add(0);
        device.fire(InterruptType.MSI, 0);
        assertThat(interrupts.poll(0)).isOne();
    }

    @Test
    void a_vector_for_which_there_is_no_room_leaves_the_others() {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 2);
        long open = OpenEventFds.count();
        device.obtainable(2);
        assertThatExceptionOfType(VectorsUnavailableException.class)
                .isThrownBy(() -> interrupts.add(5))
                .satisfies(e -> assertThat(e.available()).isEqualTo(2));
        assertThat(OpenEventFds.count()).isEqualTo(open);
        assertThat(interrupts.vectors()).isEqualTo(2);
        device.fire(InterruptType.MSIX, 1);
        assertThat(interrupts.poll(1)).isOne();
    }

    @Test
    void the_eventfd_of_a_vector_can_be_lent() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        assertThat(interrupts.eventfd(0).isOpen()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> interrupts.eventfd(1));
        var lent = interrupts.eventfd(0);
        interrupts.close();
        assertThat(lent.isOpen()).isFalse();
    }

    /** Whoever else has an eventfd can make reads of it wait. */
    @Test
    void a_poll_waits_for_nobody_to_whom_the_eventfd_was_lent() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        Fd lent = interrupts.eventfd(0);
        assertThat(sys.fcntl(lent.acquire(), Abi.F_SETFL, Abi.O_RDWR)).isZero();
        lent.release();
        assertThat(interrupts.poll(0)).isZero();
        device.fire(InterruptType.MSI, 0);
        assertThat(interrupts.poll(0)).isOne();
    }

    @Test
    void closed_interrupts_say_so() {
        Interrupts interrupts = control.enable(InterruptType.INTX, 1);
        interrupts.close();
        interrupts.close();
        List<Throwable> thrown = List.of(
                catchThrowable(() -> interrupts.poll(0)),
                catchThrowable(() -> interrupts.add(0)),
                catchThrowable(() -> interrupts.remove(0)),
                catchThrowable(() -> interrupts.trigger(0)),
                catchThrowable(() -> interrupts.eventfd(0)),
                catchThrowable(interrupts::mask),
                catchThrowable(interrupts::unmask));
        assertThat(thrown)
                .allSatisfy(e -> assertThat(e)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the INTx interrupts of 0000:00:04.0 are closed"));
    }

    @Test
    void a_closed_device_enables_nothing() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        control.close();
        control.close();
        assertThatIllegalStateException().isThrownBy(() -> interrupts.poll(0));
        assertThatIllegalStateException()
                .isThrownBy(() -> control.enable(InterruptType.MSI, 1))
                .withMessage("0000:00:04.0 is closed");
        assertThat(device.held()).isZero();
    }

    @Test
    void a_device_that_is_gone_enables_nothing_but_lets_go() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        control.end(() -> new DeviceGoneException("read", Fixture.NAME));
        device.intercept(request -> {
            throw new DeviceGoneException("VFIO_DEVICE_SET_IRQS", Fixture.NAME);
        });
        assertThatThrownBy(() -> control.enable(InterruptType.MSI, 1)).isInstanceOf(DeviceGoneException.class);
        interrupts.close();
        assertThatThrownBy(() -> control.enable(InterruptType.MSI, 1)).isInstanceOf(DeviceGoneException.class);
        assertThat(log).containsExactly("MSI on", "MSI off");
    }

    @Test
    void a_device_that_is_found_gone_while_vectors_are_enabled_ends_their_waits_too() {
        AtomicReference<InterruptControl> self = new AtomicReference<>();
        SystemCalls leaving = ObservedCalls.with(method -> {
            if (method.equals("eventfd")) {
                self.get().end(() -> new DeviceGoneException("read", Fixture.NAME));
            }
            return 0;
        });
        self.set(new InterruptControl(device, dispatcher, leaving, (type, enabled) -> {}, Fixture.NAME));
        try (Interrupts interrupts = self.get().enable(InterruptType.MSI, 2)) {
            assertThatThrownBy(() -> interrupts.await(1, Duration.ofMinutes(1)))
                    .isInstanceOf(DeviceGoneException.class);
        }
    }

    @Test
    void a_device_that_is_found_gone_while_a_vector_is_added_ends_its_waits_too() {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 1);
        device.intercept(request -> {
            control.end(() -> new DeviceGoneException("read", Fixture.NAME));
            return request;
        });
        interrupts.add(1);
        assertThatThrownBy(() -> interrupts.await(1, Duration.ofMinutes(1))).isInstanceOf(DeviceGoneException.class);
    }

    @Test
    void a_close_that_the_device_refuses_closes_all_the_rest_and_tells() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 4, HANDLED);
        device.intercept(request -> {
            throw new VfioException("VFIO_DEVICE_SET_IRQS", Errno.EIO, "on purpose", "");
        });
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(interrupts::close)
                .withMessageContaining("EIO");
        device.intercept(request -> request);
        device.close();
        assertThat(OpenEventFds.count()).isEqualTo(before);
        interrupts.close();
    }

    private void failing(Predicate<IrqRequest> which) {
        device.intercept(request -> {
            if (which.test(request)) {
                throw new VfioException("VFIO_DEVICE_SET_IRQS", Errno.ENOMEM, "on purpose", "");
            }
            return request;
        });
    }

    private void assertNothingIsLeft() {
        assertThat(device.held()).isZero();
        dispatcher.close();
        assertThat(OpenEventFds.count()).isEqualTo(before);
    }

    @Test
    void vectors_that_are_refused_leave_nothing() {
        failing(request -> request.action() == IrqRequest.Action.TRIGGER);
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> control.enable(InterruptType.MSIX, 16, HANDLED))
                .withMessageContaining("ENOMEM");
        assertThat(log).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void a_resample_eventfd_that_is_refused_leaves_nothing() {
        failing(request -> request.action() == IrqRequest.Action.UNMASK);
        InterruptOptions options = HANDLED.withResample();
        assertThatExceptionOfType(VfioException.class).isThrownBy(() -> control.enable(InterruptType.INTX, 1, options));
        assertNothingIsLeft();
    }

    @Test
    void an_enable_bit_that_cannot_be_written_leaves_nothing() {
        InterruptControl broken = new InterruptControl(
                device,
                dispatcher,
                sys,
                (type, enabled) -> {
                    throw new InternalError("a fault in config space");
                },
                Fixture.NAME);
        assertThatExceptionOfType(InternalError.class)
                .isThrownBy(() -> broken.enable(InterruptType.MSI, 4, HANDLED))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertNothingIsLeft();
    }

    /** The vectors' eventfds and the dispatcher's; its epoll; and both kinds of eventfd in it. */
    @ParameterizedTest
    @CsvSource({"eventfd, 5", "epollCreate, 1", "epollCtl, 5"})
    void each_system_call_that_fails_leaves_nothing(String call, int calls) {
        for (int n = 1; n <= calls; n++) {
            SystemCalls failing = ObservedCalls.failing(call, n, Errno.EMFILE);
            try (InterruptDispatcher starved = new InterruptDispatcher(failing)) {
                InterruptControl poor =
                        new InterruptControl(device, starved, failing, (type, enabled) -> {}, Fixture.NAME);
                assertThatExceptionOfType(VfioException.class)
                        .isThrownBy(() -> poor.enable(InterruptType.MSIX, 4, HANDLED))
                        .withMessageContaining("EMFILE");
                assertThat(device.held()).isZero();
                poor.enable(InterruptType.MSIX, 4, HANDLED).close(); // the next time nothing is in the way
            }
            assertThat(OpenEventFds.count()).as("%s %d failed", call, n).isEqualTo(before);
        }
    }

    @Test
    void a_vector_without_a_wake_up_for_its_wait_says_so_and_stays_usable() throws InterruptedException {
        SystemCalls failing = ObservedCalls.failing("eventfd", 2, Errno.EMFILE);
        InterruptControl poor = new InterruptControl(device, dispatcher, failing, (type, enabled) -> {}, Fixture.NAME);
        try (Interrupts interrupts = poor.enable(InterruptType.MSI, 1)) {
            assertThatExceptionOfType(VfioException.class).isThrownBy(() -> interrupts.await(0, Duration.ofMinutes(1)));
            device.fire(InterruptType.MSI, 0);
            assertThat(interrupts.await(0, Duration.ofMinutes(1))).isOne();
            assertThat(interrupts.await(0, Duration.ofMillis(1))).isZero();
        }
    }

    @Test
    void an_added_vector_that_is_refused_leaves_nothing() {
        Interrupts interrupts = control.enable(InterruptType.MSIX, 1, HANDLED);
        long open = OpenEventFds.count();
        failing(request -> request.start() == 7);
        assertThatExceptionOfType(VfioException.class).isThrownBy(() -> interrupts.add(7));
        assertThat(OpenEventFds.count()).isEqualTo(open);
        assertThat(interrupts.vectors()).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void resampling_is_for_intx_alone(InterruptType type) {
        InterruptOptions options = InterruptOptions.defaults().withResample();
        if (type == InterruptType.INTX) {
            assertThat(control.enable(type, 1, options).vectors()).isOne();
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> control.enable(type, 1, options))
                    .withMessageContaining("resample");
        }
    }
}
