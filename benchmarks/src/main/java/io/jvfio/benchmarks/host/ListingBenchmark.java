// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.host;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does it take to list a host with so many functions? Half of them are virtual functions that vfio-pci has, the
 * others physical ones with a driver of the host. The first listing of a process counts too: commands make no other.
 */
@WholeRun
public class ListingBenchmark extends Question {
    private static final int DEVICES = 32;
    private static final int FUNCTIONS = 8;
    private static final int BUSES = 256;

    /** How many functions. */
    @Param("10000")
    public int functions;

    @SuppressWarnings("NullAway.Init")
    private Path root;

    @SuppressWarnings("NullAway.Init")
    private Host host;

    /** Makes a tree like sysfs, with the nodes beside it. */
    @Setup(Level.Trial)
    public void make() throws IOException {
        root = Files.createTempDirectory("jvfio-listing");
        Files.createDirectories(root.resolve("sys/bus/pci/devices"));
        Files.createDirectories(root.resolve("sys/bus/pci/drivers/vfio-pci"));
        Files.createDirectories(root.resolve("sys/bus/pci/drivers/ixgbe"));
        Files.createDirectories(root.resolve("sys/class/vfio"));
        Files.createDirectories(root.resolve("sys/class/vfio-dev"));
        Files.createDirectories(root.resolve("dev/vfio/devices"));
        Files.createFile(root.resolve("dev/iommu"));
        Files.createFile(root.resolve("dev/vfio/vfio"));
        for (int i = 0; i < functions; i++) {
            function(i);
        }
        host = Host.of(root);
    }

    private static String address(int index) {
        int bus = index / (DEVICES * FUNCTIONS);
        return String.format(
                Locale.ROOT,
                "%04x:%02x:%02x.%d",
                bus / BUSES,
                bus % BUSES,
                index / FUNCTIONS % DEVICES,
                index % FUNCTIONS);
    }

    private void function(int index) throws IOException {
        String address = address(index);
        boolean virtual = index % 2 == 1;
        Path device = Files.createDirectories(root.resolve("sys/devices/pci0000:00/0000:00:1c.0/" + address));
        Files.createSymbolicLink(
                root.resolve("sys/bus/pci/devices/" + address),
                Path.of("../../../devices/pci0000:00/0000:00:1c.0", address));
        Files.writeString(
                device.resolve("uevent"),
                "DRIVER=x\nPCI_CLASS=20000\nPCI_ID=8086:1572\nPCI_SUBSYS_ID=8086:0000\nPCI_SLOT_NAME=" + address
                        + "\n");
        Files.writeString(device.resolve("revision"), "0x01\n");
        Files.writeString(device.resolve("numa_node"), "0\n");
        Path group = Files.createDirectories(root.resolve("sys/kernel/iommu_groups/" + index + "/devices"));
        Files.createSymbolicLink(group.resolve(address), device);
        Files.createSymbolicLink(device.resolve("iommu_group"), group.getParent());
        Files.createSymbolicLink(
                device.resolve("driver"), root.resolve("sys/bus/pci/drivers/" + (virtual ? "vfio-pci" : "ixgbe")));
        if (virtual) {
            Files.createSymbolicLink(device.resolve("physfn"), Path.of("..", address(index - 1)));
            Path node = Files.createDirectories(device.resolve("vfio-dev/vfio" + index));
            Files.createSymbolicLink(root.resolve("sys/class/vfio-dev/vfio" + index), node);
            Files.createDirectory(root.resolve("sys/class/vfio/" + index));
            Files.createFile(root.resolve("dev/vfio/devices/vfio" + index));
            Files.createFile(root.resolve("dev/vfio/" + index));
        } else {
            Files.writeString(device.resolve("sriov_totalvfs"), "1\n");
        }
    }

    /** Removes the tree. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    public List<HostFunction> first_listing() {
        return host.functions();
    }

    @Benchmark
    public List<HostFunction> later_listing() {
        return host.functions();
    }

    /** What only asking the kernel costs: each file opened and read, in the order of the directory. */
    @Benchmark
    public long baseline_reading_three_files() throws IOException {
        long read = 0;
        for (int i = 0; i < functions; i++) {
            Path device = root.resolve("sys/bus/pci/devices").resolve(address(i));
            for (String name : new String[] {"uevent", "revision", "numa_node"}) {
                read += Files.readAllBytes(device.resolve(name)).length;
            }
        }
        return read;
    }
}
