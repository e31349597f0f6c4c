// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The process at the other end of a UNIX socket when it connected, {@code struct ucred} of {@code socket(7)}.
 *
 * <p>Threads: immutable.
 *
 * @param pid its process id; 0 if it is in a namespace that this process does not see
 * @param uid its effective user
 * @param gid its effective group
 */
public record PeerCredentials(int pid, int uid, int gid) {
    private static final long SIZE = 3L * Integer.BYTES;

    /** Asks the kernel. */
    static PeerCredentials of(SystemCalls sys, Fd socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ucred = arena.allocate(SIZE, Integer.BYTES);
            int number = socket.acquire();
            int result;
            try {
                result = sys.getsockopt(number, Abi.SOL_SOCKET, Abi.SO_PEERCRED, ucred);
            } finally {
                socket.release();
            }
            if (result < 0) {
                throw VfioException.of("getsockopt", -result, socket.toString());
            }
            return new PeerCredentials(
                    ucred.getAtIndex(ValueLayout.JAVA_INT, 0),
                    ucred.getAtIndex(ValueLayout.JAVA_INT, 1),
                    ucred.getAtIndex(ValueLayout.JAVA_INT, 2));
        }
    }
}
