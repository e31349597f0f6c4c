// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindOptions;
import io.jvfio.binding.BindRequest;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A function that the kernel's NVMe driver has until this is closed; then VFIO's has it again, also when this process is
 * told to end meanwhile.
 *
 * <p>Threads: closed by any.
 */
final class LentFunction implements AutoCloseable {
    private static final Path NVME = Path.of("/sys/bus/pci/drivers/nvme");
    private static final Duration LOADING = Duration.ofSeconds(30);
    private static final long DISK_SECONDS = 30;
    private static final long LOOK_MILLIS = 20;

    private final PciAddress address;
    private final String driver;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread atEnd = new Thread(this::end, "give back");

    private LentFunction(PciAddress address, String driver) {
        this.address = address;
        this.driver = driver;
    }

    /** Lends it. Blocks until the kernel's driver has it. */
    static LentFunction lend(PciAddress address) throws IOException, InterruptedException {
        if (!Files.isDirectory(NVME)) {
            PeerProcess.output(List.of("modprobe", "nvme"), LOADING);
        }
        String driver = Host.system()
                .function(address)
                .map(HostFunction::driver)
                .orElseThrow(() -> new IllegalStateException(address + " has no driver"));
        LentFunction lent = new LentFunction(address, driver);
        Runtime.getRuntime().addShutdownHook(lent.atEnd);
        try {
            KernelDrivers.system().release(address, BindOptions.defaults());
            return lent;
        } catch (RuntimeException e) {
            try (lent) {
                throw e;
            }
        }
    }

    /** Where sysfs has a function. */
    static Path folder(PciAddress address) {
        return Path.of("/sys/bus/pci/devices", address.toString());
    }

    /**
     * The disk that the kernel has found on it. Blocks until there is one.
     *
     * @throws IllegalStateException if there is none in time
     */
    Path disk() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DISK_SECONDS);
        while (System.nanoTime() - end < 0) {
            Optional<Path> disk = found();
            if (disk.isPresent() && Files.exists(disk.get())) {
                return disk.get();
            }
            Thread.sleep(LOOK_MILLIS);
        }
        throw new IllegalStateException("the kernel finds no disk on " + address);
    }

    /** {@code nvme/nvme0/nvme0n1} below the function is the first namespace. */
    private Optional<Path> found() throws IOException {
        for (Path controller : listed(folder(address).resolve("nvme"))) {
            for (Path disk : listed(controller)) {
                if (disk.getFileName().toString().matches("nvme[0-9]+n[0-9]+")) {
                    return Optional.of(Path.of("/dev").resolve(disk.getFileName()));
                }
            }
        }
        return Optional.empty();
    }

    private static List<Path> listed(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    /** Gives it back. Blocks. */
    @Override
    public void close() {
        giveBack();
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            // This process ends.
        }
    }

    /** Whoever reads from the disk ends first. */
    private void end() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
        giveBack();
    }

    private void giveBack() {
        if (closed.compareAndSet(false, true)) {
            KernelDrivers.system().bind(address, BindRequest.auto().withDriver(driver), BindOptions.defaults());
        }
    }
}
