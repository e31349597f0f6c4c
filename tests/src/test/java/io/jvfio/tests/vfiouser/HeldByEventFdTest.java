// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vfiouser.server.ServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that share an eventfd with the device and have its writes wait: they hold up nobody for long but themselves. */
@Timeout(60)
final class HeldByEventFdTest {
    private static final int NONBLOCK_OFF = Abi.O_RDWR;
    private static final int ATTEMPTS = 3_000;

    @TempDir
    Path folder;

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("model:edu", VfioPci.VFIO_PCI_INTX_IRQ_INDEX),
                Arguments.of("model:edu", VfioPci.VFIO_PCI_MSI_IRQ_INDEX),
                Arguments.of("model:nvme?size=1MiB", VfioPci.VFIO_PCI_MSIX_IRQ_INDEX));
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_blocking_eventfd_is_one_like_any_other(String model, int index) throws Exception {
        try (Neighbourhood all = new Neighbourhood(folder, model, ServerOptions.defaults());
                Descriptor eventfd = Intruder.blockingEventFd();
                Intruder client = Intruder.open(all.attacked)) {
            assertThat(client.assign(index, eventfd)).isZero();
            assertThat(client.trigger(index)).isTrue();
            // It has been signalled by now: a fill would wait.
            Intruder.empty(eventfd);
            Intruder.fill(eventfd);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_counter_that_is_full_and_made_to_block_holds_up_nobody(String model, int index) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        try (Neighbourhood all = new Neighbourhood(folder, model, ServerOptions.defaults());
                EventFd eventfd = EventFd.open(Intruder.SYS)) {
            try (Intruder client = Intruder.open(all.attacked)) {
                assertThat(client.assign(index, eventfd.fd())).isZero();
                Intruder.fill(eventfd.fd());
                Intruder.SYS.fcntl(eventfd.fd().acquire(), Abi.F_SETFL, NONBLOCK_OFF);
                eventfd.fd().release();
                for (int i = 0; i < 100; i++) {
                    assertThat(client.trigger(index)).isTrue();
                }
                assertThat(client.read(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, 0, 2))
                        .isNotZero();
            }
            all.servesTheNext();
        }
        leaks.assertNothingLeaked();
    }

    /** The counter is full between the server's look for room and its write, sooner or later. */
    @ParameterizedTest
    @MethodSource("models")
    void a_client_that_fills_the_counter_in_the_right_moment_is_ended(String model, int index) throws Exception {
        try (Neighbourhood all = new Neighbourhood(folder, model, ServerOptions.defaults());
                Descriptor eventfd = Intruder.blockingEventFd()) {
            try (Intruder client = Intruder.open(all.attacked)) {
                assertThat(client.assign(index, eventfd)).isZero();
                AtomicBoolean over = new AtomicBoolean();
                Thread filler = Thread.ofPlatform().daemon().start(() -> {
                    while (!over.get()) {
                        Intruder.fill(eventfd);
                    }
                });
                boolean ended = triggerUntilEnded(client, index, eventfd);
                over.set(true);
                while (!filler.join(Duration.ofMillis(1))) {
                    Intruder.empty(eventfd);
                }
                if (ended) {
                    assertThat(all.end()).contains("eventfd");
                }
            }
            all.servesTheNext();
        }
    }

    private static boolean triggerUntilEnded(Intruder client, int index, Descriptor eventfd) {
        for (int i = 0; i < ATTEMPTS; i++) {
            Intruder.empty(eventfd);
            if (!client.trigger(index)) {
                return true;
            }
        }
        return false;
    }
}
