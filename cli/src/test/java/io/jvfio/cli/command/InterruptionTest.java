// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InterruptionTest {
    private final Interruption interruption = new Interruption();
    private final List<String> closed = new ArrayList<>();

    @Test
    void the_command_is_interrupted_and_closes_its_devices_itself() throws Exception {
        AutoCloseable device = () -> closed.add("device");
        interruption.opened(device);
        CountDownLatch waiting = new CountDownLatch(1);
        Thread worker = Thread.ofPlatform().start(() -> {
            try {
                waiting.countDown();
                new CountDownLatch(1).await();
            } catch (InterruptedException expected) {
                interruption.closed(device);
                interruption.finished(0);
            }
        });
        waiting.await();

        interruption.interrupt(worker, Duration.ofSeconds(50));

        assertThat(interruption.requested()).isTrue();
        assertThat(closed).isEmpty();
        worker.join();
    }

    @Test
    void what_the_command_does_not_close_in_time_is_closed_here() {
        interruption.opened(() -> {
            closed.add("bad");
            throw new IllegalStateException("is logged");
        });
        interruption.opened(() -> closed.add("good"));

        interruption.interrupt(new Thread(), Duration.ofMillis(1));

        assertThat(closed).containsExactlyInAnyOrder("bad", "good");
    }

    @Test
    void after_the_command_nothing_is_interrupted() {
        interruption.finished(0);

        interruption.interrupt(Thread.currentThread(), Duration.ofSeconds(50));

        assertThat(Thread.interrupted()).isFalse();
        assertThat(interruption.requested()).isFalse();
    }
}
