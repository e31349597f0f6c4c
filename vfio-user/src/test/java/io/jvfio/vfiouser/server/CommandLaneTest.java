// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Commands behind one that takes its time: what they are answered, in which order, and what they cost. */
class CommandLaneTest extends ServerTest {
    private final CountDownLatch go = new CountDownLatch(1);

    /** Serves it with other limits; the first reset waits for {@link #go}, and the next one does not. */
    private RawClient behindReset(ServerLimits limits) {
        serveAgain(ServerOptions.defaults().withLimits(limits));
        CountDownLatch running = new CountDownLatch(1);
        device.onReset = () -> {
            device.onReset = () -> {};
            running.countDown();
            awaitQuietly(go);
        };
        RawClient client = client();
        send(client, Command.DEVICE_RESET);
        awaitQuietly(running);
        return client;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int send(RawClient client, Command command, Fd... fds) {
        client.out.beginCommand(client.nextId(), command, 0);
        client.channel.send(client.out, List.of(fds));
        return client.out.id();
    }

    @Test
    void a_command_that_has_begun_is_answered_with_what_became_of_it_and_one_that_has_not_in_time_is_not_done()
            throws Exception {
        RawClient client = behindReset(ServerLimits.defaults().withAnswer(SHORT));
        int reset = client.out.id();
        client.post(0, 0x40, 4, 7);
        DmaMapRequest map = new DmaMapRequest(3, 0, 0x1000, 0x1000);
        map.write(client.out, client.nextId());
        client.channel.send(client.out, List.of(memory(0x1000).fd()));
        int late = client.out.id();
        assertThat(go.await(2 * SHORT.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
        go.countDown();
        assertThat(client.receive().id()).isEqualTo(reset);
        assertThat(client.in.isError()).as("it was reset").isFalse();
        assertThat(client.receive().id()).isEqualTo(late);
        assertThat(client.in.errno()).isEqualTo(Errno.ETIMEDOUT);
        assertThat(device.space.mappings().size()).as("told as failed").isZero();
        assertThat(client.read(0, 0x40, 4))
                .as("what wants no answer is done however late")
                .isEqualTo(7);
        assertThat(client.map(3, 0, 0x1000, 0x1000))
                .as("nothing is in its place")
                .isZero();
    }

    @Test
    void what_waits_is_kept_up_to_a_limit_and_done_in_order() throws Exception {
        RawClient client = behindReset(ServerLimits.defaults().withQueuedBytes(4096));
        for (int i = 1; i <= 200; i++) {
            client.post(0, 0x40, 4, i);
        }
        go.countDown();
        assertThat(client.receive().commandId()).isEqualTo(Command.DEVICE_RESET.id());
        assertThat(client.read(0, 0x40, 4)).isEqualTo(200);
    }

    @Test
    void the_smallest_commands_that_wait_cost_no_more_than_the_limit() throws Exception {
        int limit = 4 << 20;
        RawClient client = behindReset(ServerLimits.defaults().withQueuedBytes(limit));
        client.channel.limitWaits(300);
        long before = usedHeap();
        int sent = 0;
        try {
            while (sent < 200_000) {
                client.out.beginCommand(client.nextId(), Command.DEVICE_RESET, 0);
                client.out.addFlags(Message.NO_REPLY);
                client.channel.send(client.out, List.of());
                sent++;
            }
        } catch (io.jvfio.VfioException full) {
            assertThat(full.errno()).isEqualTo(Errno.EAGAIN);
        }
        assertThat(sent).as("it stops reading").isBetween(limit / 200, 100_000);
        assertThat(usedHeap() - before).isLessThan(limit + (1 << 20));
        go.countDown();
    }

    @Test
    void descriptors_of_commands_that_wait_are_few() throws Exception {
        long before = ProcSelf.openDescriptors();
        RawClient client = behindReset(ServerLimits.defaults());
        client.channel.limitWaits(300);
        MemFd file = memory(0x1000);
        List<Fd> fds = Collections.nCopies(16, file.fd());
        try {
            for (int i = 0; i < 500; i++) {
                RegionAccess.beginRead(client.out, client.nextId(), 0, 0, 4);
                client.channel.send(client.out, fds);
            }
        } catch (io.jvfio.VfioException full) {
            assertThat(full.errno()).isEqualTo(Errno.EAGAIN);
        }
        assertThat(ProcSelf.openDescriptors() - before).isLessThan(120);
        go.countDown();
    }

    @Test
    void a_client_that_goes_while_nothing_is_read_from_it_is_followed_by_the_next() throws Exception {
        try (RawClient client = behindReset(ServerLimits.defaults().withQueuedBytes(1))) {
            send(client, Command.DEVICE_GET_INFO);
            send(client, Command.DEVICE_GET_INFO);
            send(client, Command.DEVICE_GET_INFO);
        }
        go.countDown();
        await("lost");
        assertThat(client().reset()).isZero();
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
