// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RemovalTest {
    private static final int ERR = 3;
    private static final int REQ = 4;

    private final PciFixture fixture = new PciFixture();
    private final FakeDevice fake = fixture.fake;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void without_a_listener_a_request_closes_the_device() {
        PciDevice device = fixture.open();
        device.enableBusMaster();
        fake.log.clear();
        fake.fire(REQ, 0);
        awaitClosed();
        assertThat(fake.log.getFirst()).isEqualTo("config 0x4 = 0x3");
        assertThatThrownBy(device::config)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("0000:01:00.0 is closed, because it was removed");
    }

    @Test
    void listeners_run_before_the_close_and_may_still_use_the_device()
            throws InterruptedException, ExecutionException, TimeoutException {
        PciDevice device = fixture.open();
        CompletableFuture<String> seen = new CompletableFuture<>();
        device.onRemoval(leaving -> seen.complete(
                leaving.state() + " " + Integer.toHexString(leaving.config().vendorId()) + " " + fake.closed));
        fake.fire(REQ, 0);
        assertThat(seen.get(20, TimeUnit.SECONDS)).isEqualTo("LEAVING 1234 false");
        awaitClosed();
    }

    @Test
    void a_listener_may_close_the_device_and_unregister_itself() {
        PciDevice device = fixture.open();
        AtomicInteger runs = new AtomicInteger();
        ListenerRegistration[] registration = new ListenerRegistration[1];
        registration[0] = device.onRemoval(leaving -> {
            runs.incrementAndGet();
            registration[0].close();
            leaving.close();
        });
        fake.fire(REQ, 0);
        awaitClosed();
        assertThat(runs).hasValue(1);
    }

    @Test
    void a_listener_that_fails_keeps_neither_the_others_nor_the_close_from_happening() {
        PciDevice device = fixture.open();
        AtomicInteger runs = new AtomicInteger();
        device.onRemoval(leaving -> {
            throw new ArithmeticException("on purpose");
        });
        device.onRemoval(leaving -> runs.incrementAndGet());
        fake.fire(REQ, 0);
        awaitClosed();
        assertThat(runs).hasValue(1);
    }

    @Test
    void an_unregistered_listener_is_not_called() {
        PciDevice device = fixture.open();
        AtomicInteger runs = new AtomicInteger();
        device.onRemoval(leaving -> runs.incrementAndGet()).close();
        fake.fire(REQ, 0);
        awaitClosed();
        assertThat(runs).hasValue(0);
    }

    @Test
    void a_listener_that_does_not_return_is_overrun_at_the_deadline() {
        PciDevice device = fixture.open();
        device.removalDeadline(Duration.ofMillis(50));
        CountDownLatch never = new CountDownLatch(1);
        device.onRemoval(leaving -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        fake.fire(REQ, 0);
        awaitClosed();
        never.countDown();
    }

    @Test
    void a_listener_that_hangs_in_an_error_is_overrun_too() throws InterruptedException {
        PciDevice device = fixture.open();
        device.removalDeadline(Duration.ofMillis(50));
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        device.onError(failing -> {
            entered.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        AtomicInteger runs = new AtomicInteger();
        device.onRemoval(leaving -> runs.incrementAndGet());
        fake.fire(ERR, 0);
        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
        fake.fire(REQ, 0);
        awaitClosed();
        assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
        never.countDown();
        assertThat(runs).as("there was no time for it").hasValue(0);
    }

    @Test
    void a_slow_listener_holds_up_no_other_device() throws InterruptedException {
        try (PciFixture second = new PciFixture(fixture.context)) {
            PciDevice slow = fixture.open();
            PciDevice other = second.open("0000:02:00.0");
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            slow.onRemoval(leaving -> {
                entered.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            fake.fire(REQ, 0);
            assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
            second.fake.fire(REQ, 0);
            awaitClosed(second.fake);
            assertThat(fake.closed).isFalse();
            assertThat(other.state()).isEqualTo(DeviceState.CLOSED);
            release.countDown();
            awaitClosed();
        }
    }

    @Test
    void repeated_requests_count_once() throws InterruptedException {
        PciDevice device = fixture.open();
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        device.onRemoval(leaving -> {
            runs.incrementAndGet();
            entered.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        fake.fire(REQ, 0);
        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
        fake.fire(REQ, 0);
        fake.fire(ERR, 0);
        release.countDown();
        awaitClosed();
        assertThat(runs).hasValue(1);
    }

    @Test
    void a_wait_for_an_interrupt_ends_with_the_device_gone() throws InterruptedException {
        PciDevice device = fixture.open();
        Interrupts msi = device.interrupts().enable(InterruptType.MSI, 1);
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                msi.await(0, Duration.ofSeconds(40));
                outcome.complete(new AssertionError("no interrupt was fired"));
            } catch (Throwable e) {
                outcome.complete(e);
            }
        });
        while (Arrays.stream(waiting.getStackTrace())
                .noneMatch(frame -> frame.getMethodName().equals("poll"))) {
            Thread.onSpinWait(); // a wait that begins when the device is closed already ends in another way
        }
        fake.fire(REQ, 0);
        waiting.join();
        assertThat(outcome.join()).isInstanceOf(DeviceGoneException.class);
        awaitClosed();
    }

    @Test
    void guarded_code_ends_with_the_device_gone_when_it_is_closed_under_it() {
        fake.bar(0, 0x1000, 0, PciFixture.all(0x1000));
        PciDevice device = fixture.open();
        Mmio mmio = device.bar(0).mmio();
        CountDownLatch polling = new CountDownLatch(1);
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                device.guard(() -> {
                    while (mmio.read32(0) == 0) {
                        polling.countDown();
                    }
                });
            } catch (RuntimeException e) {
                outcome.complete(e);
            }
        });
        try {
            assertThat(polling.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        fake.fire(REQ, 0);
        assertThat(outcome.join()).isInstanceOf(DeviceGoneException.class);
        awaitClosed();
        assertThatThrownBy(() -> device.guard(() -> {})).isInstanceOf(DeviceGoneException.class);
    }

    @Test
    void an_error_is_told_and_a_reset_ends_it() throws InterruptedException {
        try (PciDevice device = fixture.open()) {
            CountDownLatch told = new CountDownLatch(1);
            device.onError(failing -> told.countDown());
            fake.fire(ERR, 0);
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(device.state()).isEqualTo(DeviceState.IN_ERROR);
            device.reset();
            assertThat(device.state()).isEqualTo(DeviceState.OPEN);
        }
    }

    @Test
    void an_error_of_a_device_that_is_gone_ends_its_waits() {
        try (PciDevice device = fixture.open();
                Interrupts msi = device.interrupts().enable(InterruptType.MSI, 1)) {
            fake.errno = Errno.ENODEV;
            fake.fire(ERR, 0);
            assertThatThrownBy(() -> msi.await(0, Duration.ofSeconds(40))).isInstanceOf(DeviceGoneException.class);
            assertThat(device.state()).isEqualTo(DeviceState.GONE);
        }
    }

    /** It gives no registers until it is reset, and says the same as one that is gone. */
    @Test
    void a_function_of_ibm_z_that_an_error_cut_off_is_not_gone() throws Exception {
        fake.capabilities = List.of(
                new InfoCapability(VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_BASE, 3, MemorySegment.ofArray(new byte[64])));
        CountDownLatch told = new CountDownLatch(1);
        try (PciDevice device = fixture.open();
                Interrupts msi = device.interrupts().enable(InterruptType.MSI, 1)) {
            device.onError(failing -> told.countDown());
            fake.errno = Errno.ENODEV;
            assertThatThrownBy(() -> device.guard(() -> {})).isInstanceOf(DeviceGoneException.class);
            assertThat(device.state()).isEqualTo(DeviceState.IN_ERROR);
            fake.fire(ERR, 0);
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
            fake.errno = 0;
            device.reset();
            assertThat(device.state()).isEqualTo(DeviceState.OPEN);
            fake.fire(InterruptType.MSI.index(), 0);
            assertThat(msi.await(0, Duration.ofSeconds(20))).isEqualTo(1);
        }
    }

    @Test
    void a_request_after_the_close_does_nothing() {
        PciDevice device = fixture.open();
        Fd request = fake.assigned.get(REQ + ".0");
        device.close();
        assertThat(request.isOpen()).isFalse();
        assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
    }

    private void awaitClosed() {
        awaitClosed(fake);
    }

    private static void awaitClosed(FakeDevice device) {
        while (!device.closed) {
            LockSupport.parkNanos(100_000);
        }
    }
}
