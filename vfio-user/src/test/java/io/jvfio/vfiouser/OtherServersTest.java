// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drivers by the guide, behind servers that do as those of libvfio-user and SPDK do. */
final class OtherServersTest extends ClientTest {
    /** libvfio-user's: INTx is delivered, and cannot be masked. */
    private PciDevice withoutMask() {
        server.intx = VfioPci.VFIO_IRQ_INFO_EVENTFD;
        return closing(closing(Vfio.create()).pci(connect(), "device"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_driver_that_unmasks_goes_on_where_nothing_can_be_masked(boolean resample) throws Exception {
        InterruptOptions options = InterruptOptions.defaults();
        PciDevice device = withoutMask();
        try (Interrupts intx =
                device.interrupts().enable(InterruptType.INTX, 1, resample ? options.withResample() : options)) {
            for (int i = 0; i < 3; i++) {
                server.client().fire(VfioPci.VFIO_PCI_INTX_IRQ_INDEX);
                assertThat(intx.await(0, Duration.ofSeconds(10))).isOne();
                intx.unmask();
            }
        }
    }

    @Test
    void a_handler_that_unmasks_is_called_for_each_interrupt() throws Exception {
        Semaphore called = new Semaphore(0);
        Interrupts[] self = new Interrupts[1];
        PciDevice device = withoutMask();
        Semaphore enabled = new Semaphore(0);
        InterruptOptions options = InterruptOptions.defaults().withHandler((vector, count) -> {
            enabled.acquireUninterruptibly();
            self[0].unmask();
            called.release();
        });
        try (Interrupts intx = device.interrupts().enable(InterruptType.INTX, 1, options)) {
            self[0] = intx;
            enabled.release(3);
            for (int i = 0; i < 3; i++) {
                server.client().fire(VfioPci.VFIO_PCI_INTX_IRQ_INDEX);
                assertThat(called.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    /** SPDK's target: registers in the first page by messages, what is behind them mapped. */
    @Test
    void registers_before_a_window_are_messages_and_those_in_it_are_not() {
        Mmio registers = closing(closing(Vfio.create()).pci(connect(), "device"))
                .bar(TestServer.WINDOW_BAR)
                .mmio();
        assertThat(registers.isMapped(0, 8)).isFalse();
        assertThat(registers.isMapped(TestServer.WINDOW_OFFSET, TestServer.WINDOW_SIZE))
                .isTrue();
        registers.write32(0x14, 0x0046_0001);
        registers.write32(TestServer.WINDOW_OFFSET, 5);
        assertThat(registers.read32(0x14)).isEqualTo(0x0046_0001);
        assertThat(server.memories
                        .get(TestServer.WINDOW_BAR)
                        .get(java.lang.foreign.ValueLayout.JAVA_INT, TestServer.WINDOW_OFFSET))
                .isEqualTo(5);
    }
}
