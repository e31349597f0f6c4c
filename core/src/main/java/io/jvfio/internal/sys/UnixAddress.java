// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * {@code struct sockaddr_un} of {@code include/uapi/linux/un.h}: the family, then the path with its final zero.
 *
 * <p>Threads: pure functions.
 */
public final class UnixAddress {
    /** {@code UNIX_PATH_MAX}, bytes with the final zero. */
    private static final int PATH_MAX = 108;

    private static final int PATH_OFFSET = 2;

    private UnixAddress() {}

    /** Whether a path is short enough for an address, which clients have to give too. */
    static boolean fits(String path) {
        return bytes(path).length < PATH_MAX;
    }

    /**
     * Refuses a path at which nobody can connect.
     *
     * @throws VfioException with ENAMETOOLONG
     */
    public static void check(String path) {
        if (!fits(path)) {
            throw new VfioException(
                    "bind",
                    Errno.ENAMETOOLONG,
                    path,
                    "the path of a socket has 107 bytes at most, and this one has " + bytes(path).length
                            + ": take a shorter one");
        }
    }

    private static byte[] bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The address of a socket in the file system, in the given arena.
     *
     * @throws IllegalArgumentException if the path is empty, too long, or has a zero inside
     */
    static MemorySegment of(Arena arena, String path) {
        byte[] bytes = bytes(path);
        if (bytes.length == 0 || !fits(path) || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the socket path \"" + path + "\" has " + bytes.length
                    + " bytes; 1 to 107 are possible, none of them zero");
        }
        MemorySegment address = arena.allocate(PATH_OFFSET + bytes.length + 1L, Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) Abi.AF_UNIX);
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, bytes.length);
        return address;
    }
}
