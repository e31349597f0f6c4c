// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lock among objects, threads and processes. */
class LockedFileTest {
    private static final int GOT_IT = 0;
    private static final int REFUSED = 3;

    private final SystemCalls sys = SystemCalls.linux();

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("lock");
    }

    private LockedFile locked() {
        return Objects.requireNonNull(LockedFile.of(sys, file()));
    }

    @Test
    void a_file_is_locked_by_one_at_a_time() {
        try (LockedFile first = locked()) {
            assertThat(LockedFile.of(sys, file())).isNotEqualTo(first).isNull();
            assertThat(CompletableFuture.supplyAsync(() -> Optional.ofNullable(LockedFile.of(sys, file()))))
                    .succeedsWithin(10, TimeUnit.SECONDS)
                    .isEqualTo(Optional.empty());
        }
        locked().close();
    }

    /** Another process gets nothing by it that an attempt of this one was refused, or that its file was closed here. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void a_refused_attempt_does_not_end_the_lock() throws Exception {
        try (LockedFile first = locked()) {
            assertThat(LockedFile.of(sys, file())).isNotEqualTo(first).isNull();
            FileChannel.open(file(), StandardOpenOption.WRITE).close();
            assertThat(otherProcess()).isEqualTo(REFUSED);
        }
        assertThat(otherProcess()).isEqualTo(GOT_IT);
    }

    private int otherProcess() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath(),
                        Other.class.getName(),
                        file().toString())
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** What this process has on its class path and its module path, and the tests, wherever they are. */
    private static String classPath() throws URISyntaxException {
        String file = LockedFileTest.class.getSimpleName() + ".class";
        Path folder = Path.of(
                Objects.requireNonNull(LockedFileTest.class.getResource(file)).toURI());
        for (String name : LockedFileTest.class.getName().split("\\.", -1)) {
            assertThat(name).isNotEmpty();
            folder = Objects.requireNonNull(folder.getParent());
        }
        return Stream.of(
                        folder.toString(), System.getProperty("java.class.path"), System.getProperty("jdk.module.path"))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(":"));
    }

    /** Tries to lock a file in a process of its own. */
    static final class Other {
        private Other() {}

        public static void main(String[] args) {
            LockedFile lock = LockedFile.of(SystemCalls.linux(), Path.of(args[0]));
            Runtime.getRuntime().halt(lock == null ? REFUSED : GOT_IT);
        }
    }

    @Test
    void locks_of_file_channels_are_respected_and_refused() throws IOException {
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            try (FileLock theirs = channel.lock()) {
                assertThat(theirs.isValid()).isTrue();
                assertThat(LockedFile.of(sys, file())).isNull();
            }
            LockedFile ours = locked();
            assertThat(channel.tryLock()).isNull();
            ours.close();
            assertThat(channel.tryLock()).isNotNull();
        }
    }

    @Test
    void a_file_that_is_made_is_its_owners_alone() throws IOException {
        locked().close();

        assertThat(Files.getPosixFilePermissions(file())).hasSize(2);
    }

    @Test
    void nothing_stays_open_when_there_is_no_lock() throws IOException {
        SystemCalls without = InterceptedCalls.of("fcntl", (arguments, real) -> -Errno.EINVAL);

        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> LockedFile.of(without, file()))
                .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.EINVAL));
        assertThat(opened()).isZero();
        LockedFile first = locked();
        assertThat(LockedFile.of(sys, file())).isNull();
        assertThat(opened()).isOne();
        first.close();
        first.close();
        assertThat(opened()).isZero();
    }

    /** How many descriptors of this process are of the file. */
    private long opened() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(each -> file().equals(target(each))).count();
        }
    }

    private static @Nullable Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException gone) {
            return null;
        }
    }

    @Test
    void what_cannot_be_written_cannot_be_locked() {
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> LockedFile.of(sys, folder))
                .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.EISDIR));
    }
}
