// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.open;

import io.jvfio.Vfio;
import io.jvfio.benchmarks.Question;
import io.jvfio.pci.PciDevice;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Warmup;

/** How long does it take from the locator to the first register, and the close? The first time in a process, and later. */
public class OpenBenchmark extends Question {
    private static final String DEVICE = "model:edu";

    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    public int first_open_to_register() {
        return openToRegister();
    }

    @Benchmark
    public int open_to_register() {
        return openToRegister();
    }

    private static int openToRegister() {
        try (PciDevice device = Vfio.open(DEVICE)) {
            return device.bar(0).mmio().read32(0);
        }
    }
}
