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

    /**
     * Refuses a path at which nobody can listen or connect.
     *
     * @throws VfioException with ENAMETOOLONG if it is too long
     * @throws IllegalArgumentException if it is empty or has a zero inside
     */
    public static void check(String path) {
        int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        if (bytes >= PATH_MAX) {
            throw new VfioException(
                    "bind",
                    Errno.ENAMETOOLONG,
                    path,
                    "the path of a socket has 107 bytes at most, and this one has " + bytes + ": take a shorter one");
        }
        if (bytes == 0 || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the socket path \"" + path + "\" is empty or has a zero inside");
        }
    }

    /**
     * The address of a socket in the file system, in the given arena.
     *
     * @throws IllegalArgumentException if the path is empty, too long, or has a zero inside
     */
    static MemorySegment of(Arena arena, String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= PATH_MAX || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the socket path \"" + path + "\" has " + bytes.length
                    + " bytes; 1 to 107 are possible, none of them zero");
        }
        MemorySegment address = arena.allocate(PATH_OFFSET + bytes.length + 1L, Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) Abi.AF_UNIX);
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, bytes.length);
        return address;
    }
}
