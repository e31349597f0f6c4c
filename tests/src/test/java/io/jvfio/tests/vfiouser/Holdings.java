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
import java.util.stream.Stream;

/**
 * What this process holds of what runs out.
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

    /** Checks that no more is held than this, at the latest when the time is over. */
    void assertAgainWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!now().within(this) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(now()).matches(now -> now.within(this), "no more than " + this);
    }

    private boolean within(Holdings other) {
        return descriptors <= other.descriptors + 1 && threads <= other.threads && mappings <= other.mappings + SLACK;
    }
}
