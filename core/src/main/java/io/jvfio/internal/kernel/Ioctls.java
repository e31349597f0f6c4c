// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.Argsz;
import io.jvfio.internal.uapi.Ioctl;
import io.jvfio.internal.uapi.Struct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The ioctls of this package: failures become exceptions here and nowhere else.
 *
 * <p>Threads: stateless.
 */
final class Ioctls {

    /** How often a struct may grow between two calls before this is taken for an error. */
    private static final int GROWTHS = 8;

    /** What a chain of capabilities may need at most; the kernel's own are a few hundred bytes. */
    private static final long LARGEST_INFO = 1 << 20;

    private Ioctls() {}

    /** Runs an ioctl with a struct; the result, which is not negative. */
    static int ioctl(Descriptor fd, Ioctl ioctl, MemorySegment argument, String subject) {
        return check(fd.ioctl(ioctl.request(), argument), ioctl.name(), subject);
    }

    /** Runs an ioctl with a value; the result, which is not negative. */
    static int ioctl(Descriptor fd, Ioctl ioctl, long argument, String subject) {
        return check(fd.ioctl(ioctl.request(), argument), ioctl.name(), subject);
    }

    /** Runs an ioctl with a struct that has no tail; what the kernel made of it. */
    static <R extends Record> R call(Descriptor fd, Ioctl ioctl, Struct<R> struct, R request, String subject) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = struct.allocate(arena, request);
            ioctl(fd, ioctl, argument, subject);
            return struct.read(argument);
        }
    }

    /** The result of a call, or the exception for its {@code -errno}. */
    static int check(int result, String call, String subject) {
        if (result < 0) {
            throw failure(call, -result, subject);
        }
        return result;
    }

    /** The exception for an errno: ENODEV from an open device means that it is gone. */
    static VfioException failure(String call, int errno, String subject) {
        return errno == Errno.ENODEV ? new DeviceGoneException(call, subject) : VfioException.of(call, errno, subject);
    }

    /** What an error about a range of IOVAs is about. */
    static String range(long iova, long length, String space) {
        return "iova " + Hex.of(iova) + ", size " + Hex.of(length) + " in " + space;
    }

    /**
     * Refuses an unmap of another length than was asked for: then the memory counts as still mapped.
     *
     * @param unmapped how many bytes the kernel says it unmapped
     * @param place where others must be mapping too if it is not {@code length}
     */
    static void checkUnmapped(Ioctl ioctl, long unmapped, long length, String range, String place) {
        if (unmapped != length) {
            throw new VfioException(
                    ioctl.name(),
                    Errno.EIO,
                    range,
                    "the kernel unmapped " + Hex.of(unmapped) + " bytes: somebody else maps in this " + place + " too");
        }
    }

    /**
     * Asks for a struct that may be followed by capabilities: once with the struct's own size, and again with the size
     * that the kernel named.
     */
    static <R extends Record> MemorySegment info(
            Arena arena, Descriptor fd, Ioctl ioctl, Struct<R> struct, R request, String subject) {
        MemorySegment segment = arena.allocate(struct.byteSize(), Long.BYTES);
        for (int i = 0; i < GROWTHS; i++) {
            struct.fill(segment, request);
            ioctl(fd, ioctl, segment, subject);
            long needed = Argsz.of(segment);
            if (needed <= segment.byteSize()) {
                return segment;
            }
            if (needed > LARGEST_INFO) {
                break;
            }
            segment = arena.allocate(needed, Long.BYTES);
        }
        throw new VfioException(
                ioctl.name(), Errno.EMSGSIZE, subject, "the kernel named a size that it then found too small");
    }
}
