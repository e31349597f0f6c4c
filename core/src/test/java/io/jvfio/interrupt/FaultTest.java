// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.CallsSetting;
import io.jvfio.internal.sys.SystemCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each system call of a life of interrupts fails in turn. */
final class FaultTest {

    /** What the life is like. */
    enum Life {
        AWAITED {
            @Override
            void live(InterruptControl control, NoticeOwner notices, FiringDevice device) throws InterruptedException {
                try (Interrupts interrupts = control.enable(InterruptType.MSIX, 2)) {
                    interrupts.trigger(1);
                    assertThat(interrupts.poll(1)).isOne();
                    assertThat(interrupts.await(0, Duration.ofMillis(1))).isZero();
                    interrupts.add(7);
                    interrupts.trigger(7);
                    assertThat(interrupts.remove(7)).isOne();
                }
            }
        },
        HANDLED {
            @Override
            void live(InterruptControl control, NoticeOwner notices, FiringDevice device) {
                InterruptOptions options = InterruptOptions.defaults().withHandler((vector, count) -> {});
                try (Interrupts interrupts = control.enable(InterruptType.MSIX, 2, options)) {
                    interrupts.trigger(1);
                    interrupts.add(7);
                    assertThat(interrupts.remove(7)).isZero();
                }
            }
        },
        RESAMPLED {
            @Override
            void live(InterruptControl control, NoticeOwner notices, FiringDevice device) {
                InterruptOptions options = InterruptOptions.defaults().withResample();
                try (Interrupts interrupts = control.enable(InterruptType.INTX, 1, options)) {
                    interrupts.trigger(0);
                    assertThat(interrupts.poll(0)).isOne();
                    interrupts.unmask();
                }
            }
        },
        WATCHED {
            @Override
            void live(InterruptControl control, NoticeOwner notices, FiringDevice device) {
                notices.watch(device);
                assertThat(notices.holds(VfioPci.VFIO_PCI_ERR_IRQ_INDEX)).isTrue();
                assertThat(notices.holds(VfioPci.VFIO_PCI_REQ_IRQ_INDEX)).isTrue();
            }
        };

        abstract void live(InterruptControl control, NoticeOwner notices, FiringDevice device)
                throws InterruptedException;
    }

    @ParameterizedTest
    @EnumSource
    void nothing_is_left_whichever_call_fails(Life life) throws InterruptedException {
        int calls = run(life, Integer.MAX_VALUE).size();
        assertThat(calls).as("calls of a life in which none fails").isGreaterThan(4);
        long before = OpenEventFds.count();
        for (int n = 1; n <= calls; n++) {
            try {
                assertThat(run(life, n)).hasSizeGreaterThanOrEqualTo(n);
            } catch (VfioException expected) {
                assertThat(expected.errno()).isEqualTo(Errno.ENOMEM);
            }
            assertThat(OpenEventFds.count()).as("after call %d failed", n).isEqualTo(before);
        }
    }

    /**
     * Counts the calls of this thread alone: the dispatcher's come when they come. A close that fails closes even so, and
     * a write to an eventfd fails only when it is full, which wakes whoever waits for it as well.
     */
    private static List<String> run(Life life, int failing) throws InterruptedException {
        List<String> made = new ArrayList<>();
        Thread self = Thread.currentThread();
        SystemCalls sys = ObservedCalls.with(method -> {
            if (Thread.currentThread() != self || method.equals("close") || method.equals("write")) {
                return 0;
            }
            made.add(method);
            return made.size() == failing ? -Errno.ENOMEM : 0;
        });
        try (FiringDevice device = new FiringDevice(SystemCalls.linux());
                InterruptDispatcher dispatcher = new InterruptDispatcher(sys);
                InterruptOwner owner = InterruptOwner.of(
                        device,
                        dispatcher,
                        CarrierContext.of(new CallsSetting(sys)),
                        (type, enabled) -> {},
                        Fixture.NAME);
                NoticeOwner notices = NoticeOwner.of(
                        dispatcher, CarrierContext.of(new CallsSetting(sys)), Fixture.NAME, device::setIrqs)) {
            life.live(owner.control(), notices, device);
        }
        return made;
    }
}
