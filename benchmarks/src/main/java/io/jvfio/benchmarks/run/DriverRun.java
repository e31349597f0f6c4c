// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.DeviceLocator;
import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.nvme.ReadRun;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * jvfio's driver in a process of its own.
 *
 * <p>Threads: stateless.
 */
final class DriverRun {
    /** The start, and the longest warm-up, on an emulated machine. */
    private static final Duration START = Duration.ofMinutes(3);

    private DriverRun() {}

    /** What it reads from a controller, after such a warm-up or a longer one. Blocks. */
    static PeerFigures figures(DeviceLocator locator, int depth, long step, int warmUpSeconds, int seconds)
            throws IOException, InterruptedException {
        return PeerFigures.ofClient(PeerProcess.output(
                ReadRun.class,
                START.plusSeconds(seconds),
                List.of(Question.YOUNG),
                locator.toString(),
                String.valueOf(depth),
                String.valueOf(step),
                String.valueOf(warmUpSeconds),
                String.valueOf(seconds)));
    }
}
