// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.internal.sys.ProcSelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process holds of what runs out.
 *
 * <p>Threads: immutable.
 *
 * @param descriptors open ones
 * @param threads live ones
 * @param mappings lines of {@code /proc/self/maps}
 */
record Holdings(long descriptors, int threads, long mappings) {
    /** Threads, the compiler and the allocator come and go with mappings of their own. */
    private static final int SLACK = 400;

    /** Threads of Java code by what the kernel calls them; compilers, the collector, and whoever answers jcmd are not. */
    private static final Pattern OF_JAVA_CODE = Pattern.compile("java|jvfio|Thread-|ForkJoin");

    static Holdings now() {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return new Holdings(
                    ProcSelf.openDescriptors(),
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    maps.count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What another JVM holds, without the threads that it has for itself, which come and go. */
    static Holdings of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"));
                Stream<Path> threads = Files.list(process.resolve("task"));
                Stream<String> maps = Files.lines(process.resolve("maps"))) {
            long own = threads.filter(thread -> runsJavaCode(thread)).count();
            return new Holdings(descriptors.count(), (int) own, maps.count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean runsJavaCode(Path thread) {
        try {
            return OF_JAVA_CODE
                    .matcher(Files.readString(thread.resolve("comm")))
                    .lookingAt();
        } catch (IOException gone) {
            return false;
        }
    }

    /** Checks that no more is held than this, at the latest when the time is over. */
    void assertAgainWithin(Duration time) {
        assertAgainWithin(time, Holdings::now);
    }

    /** The same of another process. */
    void assertAgainWithin(Duration time, Supplier<Holdings> current) {
        long deadline = System.nanoTime() + time.toNanos();
        Holdings found = current.get();
        while (!found.within(this) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(10_000_000);
            found = current.get();
        }
        assertThat(found).matches(last -> last.within(this), "no more than " + this);
    }

    private boolean within(Holdings other) {
        return descriptors <= other.descriptors + 1 && threads <= other.threads && mappings <= other.mappings + SLACK;
    }
}
