// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.lab.LabDrivers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The model nvme behind QEMU's vfio-user device, driven by the nvme driver of a guest's Linux. */
@Tag("qemu-client")
final class QemuNvmeKernelIT {
    private static final String ADDRESS = "0000:00:06.0";
    private static final Path DISK = Path.of("/dev/nvme0n1");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FILES = 4;
    private static final int FILE_SIZE = 2 << 20;

    @Test
    void linux_makes_a_file_system_on_it_that_is_whole_after_unmounting_and_mounting_again() throws Exception {
        Shell.run("modprobe", "nvme");
        try {
            LabDrivers.letKernelBind(ADDRESS, "nvme");
            awaitDisk();
            makeFileSystem();
            Path folder = Files.createTempDirectory("served");
            mount(folder);
            for (int i = 0; i < FILES; i++) {
                Files.write(folder.resolve("file" + i), content(i));
            }
            Shell.run("umount", folder.toString());
            dropCaches();
            mount(folder);
            for (int i = 0; i < FILES; i++) {
                assertThat(Files.readAllBytes(folder.resolve("file" + i))).isEqualTo(content(i));
            }
            Shell.run("umount", folder.toString());
            assertThat(Files.readString(Path.of("/sys/class/nvme/nvme0/state")).strip())
                    .isEqualTo("live");
        } finally {
            Shell.run("modprobe", "-r", "nvme");
        }
    }

    /** By the host's program, or by busybox, whose file system lacks the journal. */
    private static void makeFileSystem() throws IOException, InterruptedException {
        String make = "if command -v mkfs.ext4; then mkfs.ext4 -q $0; else /run/lab/busybox mke2fs $0; fi";
        Shell.run("sh", "-c", make, DISK.toString());
    }

    private static void mount(Path folder) throws IOException, InterruptedException {
        Shell.run("mount", "-t", "ext4", DISK.toString(), folder.toString());
    }

    /** What is read after this comes from the device. */
    private static void dropCaches() throws IOException {
        Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3");
    }

    private static byte[] content(int file) {
        byte[] bytes = new byte[FILE_SIZE];
        new Random(file).nextBytes(bytes);
        return bytes;
    }

    private static void awaitDisk() throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(DISK)) {
            if (System.nanoTime() - end >= 0) {
                throw new IOException(DISK + " does not appear");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }
}
