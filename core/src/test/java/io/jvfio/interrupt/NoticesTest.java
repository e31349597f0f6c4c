// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors of the device, and the kernel's request to let it go. */
@Timeout(60)
final class NoticesTest {
    private static final int ERR = VfioPci.VFIO_PCI_ERR_IRQ_INDEX;
    private static final int REQ = VfioPci.VFIO_PCI_REQ_IRQ_INDEX;
    private static final String NAME = "a device of NoticesTest";

    private final long before = OpenEventFds.count();
    private final Fixture fixture = new Fixture();
    private final FiringDevice device = fixture.device;
    private final NoticeOwner notices = NoticeOwner.of(fixture.dispatcher, CarrierContext.of(), NAME, device::setIrqs);
    private final EventFd eventfd = EventFd.open(SystemCalls.linux());
    private final List<String> log = new CopyOnWriteArrayList<>();

    @BeforeEach
    void watch() {
        notices.watch(device);
    }

    @AfterEach
    void close() {
        notices.close();
        eventfd.close();
        fixture.close();
        assertThat(OpenEventFds.count()).isEqualTo(before);
        Fixture.until(() -> threads().isEmpty());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.endsWith(NAME))
                .toList();
    }

    /** What is told to somebody. */
    private record Told(Consumer<String> to) implements Notices.Listener {
        @Override
        public void errorReported() {
            to.accept("error");
        }

        @Override
        public void removalRequested() {
            to.accept("removal");
        }
    }

    /** Notes what it is told, and what the eventfd has got so far. */
    private Told noting(String who) {
        return new Told(notice -> log.add(who + " " + notice + " " + eventfd.drain()));
    }

    private static IrqRequest assign(int index, EventFd eventfd) {
        return IrqRequest.assign(index, 0, List.of(eventfd.fd()));
    }

    private void awaitEventfd() {
        Fixture.until(() -> eventfd.drain() != 0);
    }

    @Test
    void storeys_are_told_from_the_lowest_then_the_driver_then_the_eventfd() {
        notices.drive(noting("driver"), () -> Duration.ofMinutes(5), () -> log.add("close"));
        notices.tell(noting("lower"));
        notices.tell(noting("upper"));
        for (int index : new int[] {ERR, REQ}) {
            assertThat(notices.set(assign(index, eventfd))).isZero();
            device.fire(index, 0);
            awaitEventfd();
        }
        Fixture.until(() -> log.contains("close"));
        assertThat(log)
                .containsExactly(
                        "lower error 0",
                        "upper error 0",
                        "driver error 0",
                        "lower removal 0",
                        "upper removal 0",
                        "driver removal 0",
                        "close");
    }

    @Test
    void the_removal_is_told_once_and_the_eventfd_each_time() {
        notices.tell(noting("storey"));
        notices.set(assign(REQ, eventfd));
        for (int i = 0; i < 3; i++) {
            device.fire(REQ, 0);
            awaitEventfd();
        }
        notices.tell(noting("late"));
        device.fire(REQ, 0);
        awaitEventfd();
        assertThat(log).containsExactly("storey removal 0", "late removal 0");
    }

    @Test
    void a_failure_of_any_kind_keeps_nobody_from_being_told() {
        notices.tell(new Told(notice -> {
            throw new LinkageError("on purpose");
        }));
        notices.tell(new Told(notice -> {
            Thread.currentThread().interrupt();
            throw new ArithmeticException("on purpose");
        }));
        notices.tell(noting("upper"));
        notices.set(assign(ERR, eventfd));
        for (int i = 0; i < 3; i++) {
            device.fire(ERR, 0);
            awaitEventfd();
        }
        assertThat(log).containsExactly("upper error 0", "upper error 0", "upper error 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {ERR, REQ})
    void a_storm_is_one_thread_and_what_comes_meanwhile_is_one_notice(int index) {
        Semaphore told = new Semaphore(0);
        Semaphore goOn = new Semaphore(0);
        notices.tell(new Told(notice -> {
            told.release();
            goOn.acquireUninterruptibly();
        }));
        notices.set(assign(index, eventfd));
        device.fire(index, 0);
        Fixture.acquire(told);
        int most = 0;
        for (int i = 0; i < 10_000; i++) {
            device.fire(index, 0);
            if (i % 1_000 == 0) {
                most = Math.max(most, threads().size());
            }
        }
        assertThat(most).isOne();
        assertThat(told.availablePermits()).isZero();
        goOn.release(2);
        AtomicLong passed = new AtomicLong();
        Fixture.until(() -> passed.addAndGet(eventfd.drain()) >= 2);
        assertThat(told.availablePermits()).isEqualTo(index == ERR ? 1 : 0);
        assertThat(passed).hasValue(2);
        assertThat(threads()).containsExactly("jvfio-notices " + NAME);
    }

    @Test
    void a_storm_while_nobody_is_slow_makes_no_second_thread() {
        AtomicInteger told = new AtomicInteger();
        List<Thread> tellers = new CopyOnWriteArrayList<>();
        notices.tell(new Told(notice -> {
            told.incrementAndGet();
            if (!tellers.contains(Thread.currentThread())) {
                tellers.add(Thread.currentThread());
            }
        }));
        for (int i = 0; i < 10_000; i++) {
            device.fire(ERR, 0);
        }
        Fixture.until(() -> told.get() > 0);
        assertThat(tellers).hasSize(1);
        assertThat(threads()).hasSize(1);
        notices.close();
        Fixture.until(() -> !tellers.getFirst().isAlive());
    }

    @Test
    void whoever_hangs_in_an_error_holds_up_no_removal_past_the_deadline() {
        Semaphore told = new Semaphore(0);
        Semaphore never = new Semaphore(0);
        notices.tell(new Told(notice -> {
            told.release();
            never.acquireUninterruptibly();
        }));
        long start = System.nanoTime();
        notices.drive(noting("driver"), () -> Duration.ofMillis(200), () -> {
            notices.close();
            log.add("close");
        });
        device.fire(ERR, 0);
        Fixture.acquire(told);
        device.fire(REQ, 0);
        Fixture.until(() -> threads().size() == 2 || !log.isEmpty());
        Fixture.until(() -> !log.isEmpty());
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(200).toNanos());
        assertThat(log).containsExactly("close");
        Fixture.until(() -> threads().size() == 1);
        never.release();
    }

    @Test
    void a_driver_that_comes_after_the_request_is_closed_at_once() {
        notices.set(assign(REQ, eventfd));
        device.fire(REQ, 0);
        awaitEventfd();
        notices.drive(noting("driver"), () -> Duration.ofMinutes(5), () -> log.add("close"));
        Fixture.until(() -> log.contains("close"));
    }

    @Test
    void the_end_of_the_device_ends_the_wait_of_its_removal() {
        Semaphore told = new Semaphore(0);
        Semaphore goOn = new Semaphore(0);
        notices.drive(
                new Told(notice -> {
                    told.release();
                    goOn.acquireUninterruptibly();
                }),
                () -> Duration.ofSeconds(Long.MAX_VALUE),
                () -> log.add("close"));
        device.fire(REQ, 0);
        Fixture.acquire(told);
        notices.close();
        Fixture.until(() -> log.contains("close"));
        goOn.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {ERR, REQ})
    void a_trigger_reaches_the_assigned_eventfd_and_nobody_else(int index) {
        notices.tell(noting("storey"));
        notices.set(assign(index, eventfd));
        notices.set(IrqRequest.trigger(index, 0, 1));
        notices.set(IrqRequest.trigger(index, 0, List.of(true)));
        notices.set(IrqRequest.trigger(index, 0, List.of(false)));
        assertThat(eventfd.drain()).isEqualTo(2);
        notices.set(IrqRequest.disable(index));
        notices.set(IrqRequest.trigger(index, 0, 1));
        notices.set(assign(index, eventfd));
        notices.set(IrqRequest.assign(index, 0, Collections.singletonList(null)));
        notices.set(IrqRequest.trigger(index, 0, 1));
        assertThat(eventfd.drain()).isZero();
        assertThat(log).isEmpty();
        assertThat(device.requests()).as("the two of the open").hasSize(2);
    }

    @Test
    void each_takes_his_own_eventfd_away_and_the_last_one_is_told() {
        IrqOwner client = IrqOwner.of("a client");
        try (EventFd other = EventFd.open(SystemCalls.linux())) {
            notices.set(assign(ERR, eventfd));
            notices.set(assign(ERR, other).by(client));
            notices.set(IrqRequest.disable(ERR));
            device.fire(ERR, 0);
            Fixture.until(() -> other.drain() == 1);
            assertThat(eventfd.drain()).isZero();
            notices.set(IrqRequest.disable(ERR).by(client));
            notices.set(IrqRequest.trigger(ERR, 0, 1));
            assertThat(other.drain()).isZero();
        }
    }

    @Test
    void an_eventfd_that_is_full_is_left_alone() {
        eventfd.signal(Long.MAX_VALUE);
        eventfd.signal(Long.MAX_VALUE);
        notices.tell(noting("storey"));
        notices.set(assign(ERR, eventfd));
        device.fire(ERR, 0);
        Fixture.until(() -> !log.isEmpty());
        notices.set(IrqRequest.trigger(ERR, 0, 1));
    }

    @Test
    void requests_that_mean_nothing_are_refused() {
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> notices.set(IrqRequest.mask(ERR, 0, 1)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOTTY));
        assertThatThrownBy(() -> notices.set(IrqRequest.trigger(REQ, 0, 2)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> notices.set(IrqRequest.assign(REQ, 1, List.of(eventfd.fd()))))
                .isInstanceOf(IndexOutOfBoundsException.class);
        try (MemFd file = MemFd.of(SystemCalls.linux(), "no eventfd", 4096)) {
            assertThatExceptionOfType(VfioException.class)
                    .isThrownBy(() -> notices.set(IrqRequest.assign(ERR, 0, List.of(file.fd()))))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        }
        assertThat(notices.holds(0)).isFalse();
        assertThat(notices.holds(REQ + 1)).isFalse();
        notices.close();
        assertThatIllegalStateException().isThrownBy(() -> notices.set(assign(ERR, eventfd)));
        assertThatIllegalStateException().isThrownBy(() -> notices.set(IrqRequest.disable(ERR)));
        assertThatIllegalStateException().isThrownBy(() -> notices.tell(noting("storey")));
        assertThatIllegalStateException()
                .isThrownBy(() -> notices.drive(noting("driver"), () -> Duration.ZERO, () -> {}))
                .withMessage(NAME + " is closed");
    }

    @Test
    void an_index_that_the_device_lacks_or_refuses_is_not_held() {
        List<Integer> asked = new ArrayList<>();
        try (FiringDevice other = new FiringDevice(SystemCalls.linux()).with(ERR, 0);
                NoticeOwner partly = NoticeOwner.of(fixture.dispatcher, CarrierContext.of(), "refusing", request -> {
                    asked.add(request.index());
                    throw new VfioException("VFIO_DEVICE_SET_IRQS", Errno.EINVAL, "on purpose", "");
                })) {
            partly.watch(other);
            assertThat(asked).containsExactly(REQ);
            assertThat(partly.holds(ERR)).isFalse();
            assertThat(partly.holds(REQ)).isFalse();
        }
    }

    @Test
    void several_devices_that_leave_at_once_do_not_lock_up() {
        List<FiringDevice> devices = new ArrayList<>();
        Semaphore closed = new Semaphore(0);
        for (int i = 0; i < 20; i++) {
            FiringDevice own = new FiringDevice(SystemCalls.linux());
            InterruptControl interrupts = new InterruptControl(
                    own, fixture.dispatcher, SystemCalls.linux(), (type, enabled) -> {}, "device " + i);
            Interrupts enabled = interrupts.enable(
                    InterruptType.MSIX, 4, InterruptOptions.defaults().withHandler((vector, count) -> {}));
            assertThat(enabled.vectors()).isEqualTo(4);
            NoticeOwner its = NoticeOwner.of(fixture.dispatcher, CarrierContext.of(), "device " + i, own::setIrqs);
            its.watch(own);
            its.drive(noting("driver"), () -> Duration.ofMinutes(5), () -> {
                interrupts.close();
                its.close();
                own.close();
                closed.release();
            });
            devices.add(own);
        }
        for (FiringDevice leaving : devices) {
            leaving.fire(InterruptType.MSIX, 3);
            leaving.fire(REQ, 0);
        }
        for (FiringDevice left : devices) {
            Fixture.acquire(closed);
            Fixture.until(() -> left.held() == 0);
        }
    }
}
