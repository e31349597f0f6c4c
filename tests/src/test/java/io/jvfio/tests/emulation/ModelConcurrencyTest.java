// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.device.IrqRequest;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.internal.sys.EventFd;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Several threads at one model. */
final class ModelConcurrencyTest extends ModelFixture {
    private static final long IOVA = 0x10_0000;

    private EmulatedDevice onWorker() {
        return closing(EmulatedDevice.open("full", EmulationOptions.defaults()));
    }

    @RepeatedTest(5)
    void a_close_under_access_ends_it_with_a_clear_exception() throws Exception {
        EmulatedDevice device = onWorker();
        busMaster(device);
        map(device, IOVA);
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(threads.submit(() -> assertThatThrownBy(() -> {
                            while (true) {
                                full(device, FullModel.POKE, IOVA);
                                device.readRegister(FullModel.MEMORY, FullModel.MAPPED_OFFSET, 4);
                            }
                        })
                        .isInstanceOf(IllegalStateException.class)));
            }
            Waiting.until(() -> full(device, FullModel.RUNS) > 10);
            device.close();
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    @Test
    void resets_under_dma_leave_the_device_usable() throws Exception {
        EmulatedDevice device = onWorker();
        map(device, IOVA);
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> driver = threads.submit(() -> {
                while (!stop.get()) {
                    busMaster(device);
                    full(device, FullModel.POKE, IOVA);
                }
            });
            for (int i = 0; i < 200; i++) {
                device.reset();
            }
            stop.set(true);
            driver.get();
        }
        device.reset();
        assertThat(full(device, FullModel.RUNS)).isZero();
        busMaster(device);
        full(device, FullModel.POKE, IOVA);
        Waiting.until(() -> full(device, FullModel.LAST_STATUS) == 1);
    }

    @Test
    void no_message_is_lost_while_eventfds_come_and_go() throws Exception {
        EmulatedDevice device = onWorker();
        busMaster(device);
        EventFd first = eventfd();
        EventFd second = eventfd();
        EventFd keeper = eventfd();
        device.setIrqs(IrqRequest.assign(MSIX, 1, List.<Fd>of(keeper.fd())));
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<?> client = threads.submit(() -> {
                while (!stop.get()) {
                    for (EventFd next : List.of(first, second)) {
                        device.setIrqs(IrqRequest.assign(MSIX, 0, List.<Fd>of(next.fd())));
                        device.setIrqs(IrqRequest.assign(MSIX, 0, Collections.singletonList((Fd) null)));
                    }
                }
            });
            for (int i = 0; i < 300; i++) {
                full(device, FullModel.MESSAGE, 0);
                // Each message arrives before the next is sent: two that are pending at once are one.
                Waiting.until(() -> first.drain() + second.drain() == 1);
            }
            stop.set(true);
            client.get();
        }
    }
}
