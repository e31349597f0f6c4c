// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.SystemCalls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors of the device, and the kernel's request to let it go. */
final class WatchTest {
    private final long before = OpenEventFds.count();
    private final Fixture fixture = new Fixture();
    private final FiringDevice device = fixture.device;
    private final InterruptControl control = fixture.control;
    private final Semaphore called = new Semaphore(0);

    @AfterEach
    void close() {
        fixture.close();
        assertThat(OpenEventFds.count()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {VfioPci.VFIO_PCI_ERR_IRQ_INDEX, VfioPci.VFIO_PCI_REQ_IRQ_INDEX})
    void a_signal_runs_the_callback(int index) {
        try (InterruptWatch watch = control.watch(index, called::release).orElseThrow()) {
            assertThat(watch.index()).isEqualTo(index);
            assertThat(watch).hasToString("irq index " + index + " of 0000:00:04.0");
            for (int i = 0; i < 3; i++) {
                device.fire(index, 0);
                Fixture.acquire(called);
            }
        }
        device.fire(index, 0);
        assertThat(device.held()).isZero();
        assertThat(called.availablePermits()).isZero();
    }

    @Test
    void an_index_that_the_device_does_not_have_is_empty() {
        device.with(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, 0);
        assertThat(control.watch(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, called::release))
                .isEmpty();
        assertThat(device.requests()).isEmpty();
    }

    @Test
    void an_index_is_watched_once_at_a_time() {
        InterruptWatch first =
                control.watch(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, called::release).orElseThrow();
        assertThatIllegalStateException()
                .isThrownBy(() -> control.watch(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, called::release))
                .withMessage("irq index 4 of 0000:00:04.0 is watched already");
        first.close();
        first.close();
        assertThat(control.watch(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, called::release))
                .isPresent();
    }

    @Test
    void the_devices_own_interrupts_are_not_watched() {
        assertThatIllegalArgumentException().isThrownBy(() -> control.watch(2, called::release));
        assertThatIllegalArgumentException().isThrownBy(() -> control.watch(-1, called::release));
    }

    @Test
    void a_refused_watch_leaves_nothing() {
        device.intercept(request -> {
            throw new VfioException("VFIO_DEVICE_SET_IRQS", Errno.EINVAL, "on purpose", "");
        });
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> control.watch(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, called::release));
        device.intercept(request -> request);
        assertThat(control.watch(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, called::release))
                .isPresent();
    }

    @Test
    void a_request_to_let_go_closes_everything_from_its_callback_while_a_thread_waits() {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        Fixture.Task task = fixture.start(ThreadKind.PLATFORM, () -> interrupts.await(0, Duration.ofMinutes(5)))
                .untilBlocked();
        Optional<InterruptWatch> watch = control.watch(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, () -> {
            control.end(() -> new DeviceGoneException("VFIO_PCI_REQ_IRQ_INDEX", Fixture.NAME));
            control.close();
            device.close();
            called.release();
        });
        assertThat(watch).isPresent();
        device.fire(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, 0);
        Fixture.acquire(called);
        assertThat(task.failure()).isInstanceOf(DeviceGoneException.class);
        assertThat(device.held()).isZero();
    }

    @Test
    void several_devices_that_leave_at_once_do_not_lock_up() {
        FiringDevice[] devices = new FiringDevice[20];
        for (int i = 0; i < devices.length; i++) {
            FiringDevice own = new FiringDevice(SystemCalls.linux());
            InterruptControl interrupts = new InterruptControl(
                    own, fixture.dispatcher, SystemCalls.linux(), (type, enabled) -> {}, "device " + i);
            Interrupts enabled = interrupts.enable(
                    InterruptType.MSIX, 4, InterruptOptions.defaults().withHandler((vector, count) -> {}));
            assertThat(enabled.vectors()).isEqualTo(4);
            Optional<InterruptWatch> watch = interrupts.watch(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, () -> {
                interrupts.close();
                own.close();
                called.release();
            });
            assertThat(watch).isPresent();
            devices[i] = own;
        }
        for (FiringDevice leaving : devices) {
            leaving.fire(InterruptType.MSIX, 3);
            leaving.fire(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, 0);
        }
        for (FiringDevice left : devices) {
            Fixture.acquire(called);
            Fixture.until(() -> left.held() == 0);
        }
    }
}
