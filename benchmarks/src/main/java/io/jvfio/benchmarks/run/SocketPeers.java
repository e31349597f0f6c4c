// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.DeviceLocator;
import io.jvfio.benchmarks.nvme.ServedNvme;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Drivers and controllers over vfio-user: jvfio's and those of others, each with the others' or, to compare with, with
 * their own.
 *
 * <p>Threads: for one at a time.
 *
 * @param target the socket of the controller of others, absolute
 * @param client the client of others
 * @param warmUpSeconds that do not count, at least
 * @param seconds that count
 */
record SocketPeers(Path target, ClientCommand client, int warmUpSeconds, int seconds) {
    /** As SPDK's driver wants it. */
    private static final String MODEL = "nvme?size=64MiB&doorbells=mapped";

    private static final Duration START = Duration.ofSeconds(60);

    /** jvfio's driver on the controller of others. Blocks. */
    PeerFigures driver(int depth) throws IOException, InterruptedException {
        return DriverRun.figures(DeviceLocator.parse("vfio-user:" + target), depth, 0, warmUpSeconds, seconds);
    }

    /** The client of others on the controller of others. Blocks. */
    PeerFigures client(int depth) throws IOException, InterruptedException {
        return client(target, depth, seconds);
    }

    /** The client of others on a controller that jvfio serves, which it first makes warm. Blocks. */
    PeerFigures served(int depth) throws IOException, InterruptedException {
        try (ServedNvme served = ServedNvme.start(MODEL)) {
            client(served.socket(), depth, warmUpSeconds);
            return client(served.socket(), depth, seconds);
        }
    }

    private PeerFigures client(Path socket, int depth, int time) throws IOException, InterruptedException {
        return PeerFigures.ofClient(PeerProcess.output(client.with(socket, depth, time), START.plusSeconds(time)));
    }
}
