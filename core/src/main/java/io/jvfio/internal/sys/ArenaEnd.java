// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * What has to happen to memory of a caller's arena before that arena frees it.
 *
 * <p>An arena runs its actions last added first, so that one added after an allocation runs before the memory is freed.
 * That is how the JDK does it; its documentation does not say so, and a test holds it.
 *
 * <p>Threads: thread-safe.
 */
public final class ArenaEnd {

    /**
     * The kinds of arena that somebody closes. An automatic one ends whenever the collector finds it, and while a device
     * is using the memory nothing tells the collector. The API has no question for the kind; a kind that is not known
     * here is refused.
     */
    private static final Set<String> CLOSED_BY_OWNER = Set.of("ConfinedSession", "SharedSession");

    private ArenaEnd() {}

    /** Whether the arena ends when its owner closes it, and not at another time or never. */
    public static boolean isClosedByOwner(Arena arena) {
        return CLOSED_BY_OWNER.contains(arena.scope().getClass().getSimpleName());
    }

    /**
     * Runs an action when the arena is closed: after the last access, before what was allocated earlier is freed.
     *
     * @param arena the arena; if it is confined, this is its thread
     * @param action what to run; what it throws comes out of the arena's {@code close}, but the memory is freed all the
     *     same
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
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
            throw VfioException.of(
                    "mmap", (int) -result, "0x" + Long.toHexString(size) + " bytes at 0x" + Long.toHexString(address));
        }
    }
}
