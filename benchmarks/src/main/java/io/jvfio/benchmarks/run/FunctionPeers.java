// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The drivers that can have the same NVMe function: jvfio's, QEMU's on VFIO in qemu-img, and the kernel's, through which fio
 * reads with io_uring. Each reads blocks of 4 KiB from the first namespace.
 *
 * <p>Threads: for one at a time.
 *
 * @param address of the function
 * @param warmUpSeconds that do not count, at least
 * @param seconds that count
 */
record FunctionPeers(PciAddress address, int warmUpSeconds, int seconds) {
    /** Reads at random places. */
    static final long RANDOM = 0;

    /** From one read to the next, where places are not random: no two neighbours follow each other. */
    static final long STEP = 257L * 4096;

    private static final int BLOCK = 4096;

    /** Emulated machines take their time to start a program. */
    private static final Duration START = Duration.ofSeconds(60);

    /** Reads that tell about how many it takes to fill the time. */
    private static final int FIRST_READS = 512;

    private static final int FIRST_READS_AT_A_TIME = 16;
    private static final double MOST_READS = 1e8;

    /** jvfio's driver, with a step in bytes or {@link #RANDOM}. Blocks. */
    PeerFigures driver(int depth, long step) throws IOException, InterruptedException {
        return DriverRun.figures(DeviceLocator.of(address), depth, step, warmUpSeconds, seconds);
    }

    /** QEMU's driver, once for a short time and then for the whole. Blocks. */
    PeerFigures qemuImg(int depth) throws IOException, InterruptedException {
        PeerFigures first = qemuImg(depth, FIRST_READS + (long) FIRST_READS_AT_A_TIME * depth);
        return qemuImg(depth, (long) Math.clamp(seconds * 1e9 / first.nanos(), FIRST_READS, MOST_READS));
    }

    private PeerFigures qemuImg(int depth, long reads) throws IOException, InterruptedException {
        List<String> command = qemuImgCommand(address, depth, reads);
        return PeerFigures.ofQemuImg(PeerProcess.output(command, START.plusSeconds(4L * seconds)), reads);
    }

    /**
     * Without the cache's mode {@code none}: the driver then switches the write cache off for the namespace, which QEMU's model
     * refuses, as that is the controller's. Nothing is cached on this side in any mode.
     */
    static List<String> qemuImgCommand(PciAddress address, int depth, long reads) {
        return List.of(
                PeerSetting.QEMU_IMG,
                "bench",
                "-f",
                "raw",
                "-d",
                String.valueOf(depth),
                "-c",
                String.valueOf(reads),
                "-s",
                String.valueOf(BLOCK),
                "-S",
                String.valueOf(STEP),
                "nvme://" + address + "/1");
    }

    /** The kernel's driver, which has the function meanwhile. Blocks. */
    PeerFigures kernel(int depth) throws IOException, InterruptedException {
        try (LentFunction lent = LentFunction.lend(address)) {
            List<String> command = fioCommand(lent.disk(), depth, seconds);
            return PeerFigures.ofFio(PeerProcess.output(command, START.plusSeconds(2L * seconds)));
        }
    }

    static List<String> fioCommand(Path disk, int depth, int seconds) {
        return List.of(
                PeerSetting.FIO,
                "--name=jvfio",
                "--readonly",
                "--filename=" + disk,
                "--rw=randread",
                "--norandommap",
                "--bs=" + BLOCK,
                "--iodepth=" + depth,
                "--ioengine=io_uring",
                "--direct=1",
                "--time_based",
                "--ramp_time=1s",
                "--runtime=" + seconds + "s",
                "--output-format=terse",
                "--terse-version=3");
    }
}
