// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.internal.sys.SystemCalls;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class InterruptsTest {
    private final SystemCalls sys = SystemCalls.linux();
    private final FiringDevice device = new FiringDevice(sys);
    private final InterruptDispatcher dispatcher = new InterruptDispatcher(sys);
    private final InterruptControl control =
            new InterruptControl(device, dispatcher, sys, (type, enabled) -> {}, "0000:00:04.0");

    @AfterEach
    void close() {
        try (device;
                dispatcher) {
            control.close();
        }
    }

    @Test
    void await_returns_how_many_interrupts_there_were_since_the_last() throws InterruptedException {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        device.fire(InterruptType.MSI, 0);
        device.fire(InterruptType.MSI, 0);

        assertThat(interrupts.await(0, Duration.ofSeconds(10))).isEqualTo(2);
        assertThat(interrupts.await(0, Duration.ofMillis(1))).isZero();
    }
}
