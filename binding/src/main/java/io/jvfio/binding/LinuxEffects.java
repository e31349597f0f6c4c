// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.VfioException;
import io.jvfio.internal.sys.AttributeWriter;
import io.jvfio.internal.sys.LockedFile;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Changes this host, or files below a root that stand for one.
 *
 * <p>Threads: thread-safe.
 */
final class LinuxEffects implements Effects {
    private static final int LONGEST_MESSAGE = 500;

    private final Path root;
    private final SystemCalls sys;
    private final AttributeWriter writer;

    LinuxEffects(Path root, SystemCalls sys) {
        this.root = root;
        this.sys = sys;
        this.writer = new AttributeWriter(() -> sys);
    }

    private Path path(String path) {
        return root.resolve(path.substring(1));
    }

    @Override
    public int write(String attribute, String text, Duration patience) {
        return writer.write(path(attribute), text, patience);
    }

    @Override
    public String load(String module, Duration patience) {
        Process process;
        try {
            process = new ProcessBuilder(modprobe(), module)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .start();
        } catch (IOException e) {
            return "modprobe cannot be run: " + e.getMessage();
        }
        try {
            if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
                return "modprobe did not end in " + patience.toMillis() + " ms";
            }
            String message =
                    new String(process.getInputStream().readNBytes(LONGEST_MESSAGE), StandardCharsets.UTF_8).strip();
            return process.exitValue() == 0
                    ? ""
                    : message.isEmpty() ? "modprobe ended with " + process.exitValue() : message;
        } catch (IOException e) {
            return "modprobe cannot be understood: " + e.getMessage();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    @Override
    public void store(String file, String text) throws IOException {
        Path path = path(file);
        Files.createDirectories(folder(path));
        Path unfinished = path.resolveSibling("." + path.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(folder(path));
    }

    @Override
    public void remove(String file) throws IOException {
        if (Files.deleteIfExists(path(file))) {
            force(folder(path(file)));
        }
    }

    @Override
    public void link(String file, String target) throws IOException {
        Path path = path(file);
        Files.createDirectories(folder(path));
        Files.deleteIfExists(path);
        Files.createSymbolicLink(path, Path.of(target));
        force(folder(path));
    }

    /** The program that the kernel itself would run, or the first of its name. */
    private String modprobe() {
        try {
            String program = Files.readString(path("/proc/sys/kernel/modprobe")).strip();
            return program.isEmpty() ? "modprobe" : program;
        } catch (IOException unknown) {
            return "modprobe";
        }
    }

    private static Path folder(Path path) {
        return Objects.requireNonNull(path.getParent(), "folder");
    }

    /** What is in a folder is on the disk only when the folder is. */
    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public @Nullable Lock lock(String file) throws IOException {
        Path path = path(file);
        Files.createDirectories(folder(path));
        try {
            LockedFile lock = LockedFile.of(sys, path);
            return lock == null ? null : lock::close;
        } catch (VfioException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public boolean mayOpen(String file) {
        return Files.isReadable(path(file)) && Files.isWritable(path(file));
    }

    @Override
    public boolean pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
        return !Thread.currentThread().isInterrupted();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }
}
