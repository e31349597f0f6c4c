// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.Hex;
import io.jvfio.internal.sys.ProcSelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Compares what this process holds of the kernel before and after: open descriptors, mappings of VFIO devices and memory
 * files, and locked and pinned memory.
 *
 * <p>Files that the JVM opens for itself at any time (JAR files, {@code /proc}, random numbers, its own heap) are left out. Tests that
 * run in parallel would see each other's descriptors.
 *
 * <p>Threads: one at a time.
 */
public final class LeakCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(2);

    private final Holdings before;

    private LeakCheck(Holdings before) {
        this.before = before;
    }

    /** Remembers what is held now. */
    public static LeakCheck start() {
        return new LeakCheck(Holdings.now());
    }

    /**
     * Checks that nothing more is held than at the start. Less is fine. Waits up to 5 s for what is still being given back:
     * a socket in which something lies unread is closed on a thread of its own.
     *
     * @throws AssertionError with every descriptor and mapping that was left behind
     */
    public void assertNothingLeaked() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        List<String> leaks = leaks();
        while (!leaks.isEmpty() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK.toNanos());
            leaks = leaks();
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError("left behind: " + String.join("; ", leaks));
        }
    }

    /** What is held now and was not at the start, a line for each kind. */
    public List<String> leaks() {
        Holdings now = Holdings.now();
        List<String> leaks = new ArrayList<>();
        added(before.descriptors, now.descriptors).forEach((name, count) -> leaks.add(count + " x fd " + name));
        added(before.mappings, now.mappings)
                .forEach((name, bytes) -> leaks.add(Hex.of(bytes) + " bytes mapped of " + name));
        if (now.locked > before.locked) {
            leaks.add((now.locked - before.locked) + " bytes locked");
        }
        if (now.pinned > before.pinned) {
            leaks.add((now.pinned - before.pinned) + " bytes pinned");
        }
        return leaks;
    }

    private static Map<String, Long> added(Map<String, Long> before, Map<String, Long> now) {
        Map<String, Long> added = new TreeMap<>();
        now.forEach((name, amount) -> {
            long more = amount - before.getOrDefault(name, 0L);
            if (more > 0) {
                added.put(name, more);
            }
        });
        return added;
    }

    /**
     * What a process holds.
     *
     * @param descriptors how many there are of each target
     * @param mappings how many bytes of each file
     * @param locked bytes
     * @param pinned bytes
     */
    private record Holdings(Map<String, Long> descriptors, Map<String, Long> mappings, long locked, long pinned) {

        private static Holdings now() {
            return new Holdings(readDescriptors(), readMappings(), ProcSelf.lockedBytes(), ProcSelf.pinnedBytes());
        }

        private static Map<String, Long> readDescriptors() {
            Map<String, Long> found = new TreeMap<>();
            try (Stream<Path> numbers = Files.list(Path.of("/proc/self/fd"))) {
                numbers.forEach(number -> count(found, target(number)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return found;
        }

        /** Sockets and pipes are counted by kind: their numbers never come again. */
        private static String target(Path number) {
            try {
                String target = Files.readSymbolicLink(number).toString();
                return target.startsWith("socket:") || target.startsWith("pipe:")
                        ? target.substring(0, target.indexOf(':'))
                        : target;
            } catch (IOException e) {
                return ""; // closed since the listing: the listing's own
            }
        }

        private static void count(Map<String, Long> found, String target) {
            boolean ofJvm = target.isEmpty()
                    || target.endsWith(".jar")
                    || target.endsWith("/lib/modules")
                    || target.startsWith("/proc/")
                    || target.equals("/dev/random")
                    || target.equals("/dev/urandom")
                    || target.startsWith("/sys/fs/cgroup");
            if (!ofJvm) {
                found.merge(target, 1L, Long::sum);
            }
        }

        /** Lines such as {@code 7f00-7f01 rw-s 00000000 00:01 42 /memfd:pool (deleted)}. */
        private static Map<String, Long> readMappings() {
            Map<String, Long> found = new TreeMap<>();
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
                lines.filter(Holdings::isOurs).forEach(line -> {
                    String[] columns = line.split(" +", 6);
                    String[] range = columns[0].split("-", 2);
                    long bytes = Long.parseUnsignedLong(range[1], 16) - Long.parseUnsignedLong(range[0], 16);
                    found.merge(columns[5], bytes, Long::sum);
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return found;
        }

        private static boolean isOurs(String line) {
            return line.contains("vfio") && !line.contains(".jar") && !line.contains(".so")
                    || line.contains("/memfd:") && !line.contains("/memfd:java_heap")
                    || line.contains("anon_hugepage")
                    || line.contains("/dev/iommu");
        }
    }
}
