// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Hex;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What has to happen to memory of a caller's arena before that arena frees it.
 *
 * <p>A shared arena runs its actions last added first, so that one added after an allocation runs before the memory is
 * freed. The JDK's documentation does not say so; {@link #RUNS_LAST_ADDED_FIRST} finds out. A confined arena of JDK 25
 * begins with the first and goes on with the last: memory that was allocated first is freed first, and no action can
 * come before that.
 *
 * <p>Threads: thread-safe.
 */
public final class ArenaEnd {

    /** Whether shared arenas of this JDK keep the order that all this stands on. */
    private static final boolean RUNS_LAST_ADDED_FIRST = runsLastAddedFirst();

    /** What the scope of an arena is an instance of; the API has no question for that. */
    private static final String SHARED = "SharedSession";

    private ArenaEnd() {}

    /**
     * Whether an action of this arena, added now, runs before the memory is freed that the arena has allocated already:
     * whether the arena is shared. A confined one has not that order; an automatic one ends whenever the collector finds
     * it, and while a device is using the memory nothing tells the collector; the global one does not end.
     */
    public static boolean runsBeforeFreeing(Arena arena) {
        return RUNS_LAST_ADDED_FIRST && arena.scope().getClass().getSimpleName().equals(SHARED);
    }

    private static boolean runsLastAddedFirst() {
        List<Integer> order = new ArrayList<>();
        try (Arena arena = Arena.ofShared()) {
            for (int i = 0; i < 3; i++) {
                int number = i;
                run(arena, () -> order.add(number));
            }
        }
        return order.equals(List.of(2, 1, 0));
    }

    /**
     * Runs an action when the arena is closed, after the last access.
     *
     * @param arena the arena, for which {@link #runsBeforeFreeing} holds if the order matters
     * @param action what to run; what it throws comes out of the arena's {@code close}, but the memory is freed all the
     *     same
     * @throws IllegalStateException if the arena is closed
     */
    @SuppressWarnings("restricted") // a segment of no bytes: nothing can be reached through it
    public static void run(Arena arena, Runnable action) {
        MemorySegment unused = MemorySegment.NULL.reinterpret(arena, ended -> action.run());
        assert unused.byteSize() == 0;
    }

    /**
     * Puts fresh pages of zeroes in the place of those that are there. Whoever has the old pages pinned keeps them, and
     * nobody else does: what a device goes on writing there harms nothing.
     *
     * @param address page-aligned
     * @param size bytes, whole pages
     * @throws VfioException if the kernel refuses; the old pages are still in place
     */
    public static void exchangePages(SystemCalls sys, long address, long size) {
        int flags = Abi.MAP_FIXED | Abi.MAP_PRIVATE | Abi.MAP_ANONYMOUS;
        long result = sys.mmap(address, size, Abi.PROT_READ | Abi.PROT_WRITE, flags, -1, 0);
        if (result < 0) {
            throw VfioException.of("mmap", (int) -result, Hex.of(size) + " bytes at " + Hex.of(address));
        }
    }
}
