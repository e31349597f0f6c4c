// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * How much of what a process has only so much of is held for its peers: descriptors ({@code RLIMIT_NOFILE}) and mappings
 * ({@code vm.max_map_count}). Half of each is for all peers together, the rest for the process itself.
 *
 * <p>A peer gets one more only while it holds less than is left for all. So no peer gets more than a half of it, any number
 * of greedy ones leaves as much as each of them has, and the next to come finds something.
 *
 * <p>Threads: thread-safe.
 */
public final class PeerBudget {
    private static final Path MAX_MAP_COUNT = Path.of("/proc/sys/vm/max_map_count");

    /** The kernel's default, for who may not read it. */
    private static final long USUAL_MAP_COUNT = 65530;

    /** What counts if there is no limit. */
    private static final long PLENTY = 1 << 20;

    /** Whoever made them, peers take descriptors and mappings from the same process. */
    private static final PeerBudget PROCESS = new PeerBudget();

    private final Object lock = new Object();

    /** What all peers hold. Guarded by the lock. */
    private final Map<Kind, Long> held = new EnumMap<>(Kind.class);

    /** A budget of which nothing is used. */
    PeerBudget() {}

    /** That of this process. */
    public static PeerBudget ofProcess() {
        return PROCESS;
    }

    /** What there is only so much of. */
    public enum Kind {
        /** An open file. */
        DESCRIPTOR,
        /** A part of the address space that was mapped by itself. */
        MAPPING
    }

    /** A peer comes; the limits of the process are read now. */
    public Share share(SystemCalls sys) {
        long files = ResourceLimit.of(sys, Abi.RLIMIT_NOFILE).soft();
        return share(forPeers(files), forPeers(maxMapCount()));
    }

    Share share(long descriptors, long mappings) {
        return new Share(descriptors, mappings);
    }

    private static long forPeers(long all) {
        return (all < 0 ? PLENTY : Math.min(all, PLENTY)) / 2;
    }

    private static long maxMapCount() {
        // At once, by a buffer: the kernel has nothing more to say at the second read.
        try (BufferedReader file = Files.newBufferedReader(MAX_MAP_COUNT)) {
            return Long.parseLong(String.valueOf(file.readLine()));
        } catch (IOException | NumberFormatException e) {
            return USUAL_MAP_COUNT;
        }
    }

    /**
     * What one peer has of it.
     *
     * <p>Threads: thread-safe.
     */
    public final class Share {
        private final Map<Kind, Long> all;

        /** Guarded by the budget's lock. */
        private final Map<Kind, Long> own = new EnumMap<>(Kind.class);

        private Share(long descriptors, long mappings) {
            this.all = Map.of(Kind.DESCRIPTOR, descriptors, Kind.MAPPING, mappings);
        }

        /** Takes one for this peer; false if it holds as many as are left. */
        public boolean take(Kind kind) {
            synchronized (lock) {
                long left = all.getOrDefault(kind, 0L) - held.getOrDefault(kind, 0L);
                if (own.getOrDefault(kind, 0L) >= left) {
                    return false;
                }
                own.merge(kind, 1L, Long::sum);
                held.merge(kind, 1L, Long::sum);
                return true;
            }
        }

        /** Gives back one that was taken. */
        public void give(Kind kind) {
            synchronized (lock) {
                if (own.getOrDefault(kind, 0L) == 0) {
                    throw new IllegalStateException("a " + kind + " that was not taken is given back");
                }
                own.merge(kind, -1L, Long::sum);
                held.merge(kind, -1L, Long::sum);
            }
        }
    }
}
