// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Poller;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one message of a {@code passed:} socket, from the side that opened the nodes. Four bytes (version, kind, and the
 * length of what follows, low byte first), then text in UTF-8; the descriptors come with it.
 *
 * <p>Threads: immutable.
 *
 * @param kind what the descriptors are
 * @param text the device's name in sysfs, or why there is none
 */
record PassMessage(Kind kind, String text) {
    private static final int VERSION = 1;
    private static final int HEADER = 4;
    private static final int LONGEST_TEXT = 1024;
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    enum Kind {
        /** No descriptor. */
        FAILED(0, 0),
        /** The device's own node and {@code /dev/iommu}. */
        CDEV(1, 2),
        /** The group. */
        GROUP(2, 1);

        private final int code;
        private final int descriptors;

        Kind(int code, int descriptors) {
            this.code = code;
            this.descriptors = descriptors;
        }

        static @Nullable Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }

    void send(UnixSocket socket, List<? extends Fd> fds) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, LONGEST_TEXT);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(HEADER + length);
            message.set(ValueLayout.JAVA_BYTE, 0, (byte) VERSION);
            message.set(ValueLayout.JAVA_BYTE, 1, (byte) kind.code);
            message.set(ValueLayout.JAVA_BYTE, 2, (byte) length);
            message.set(ValueLayout.JAVA_BYTE, 3, (byte) (length >> Byte.SIZE));
            MemorySegment.copy(bytes, 0, message, ValueLayout.JAVA_BYTE, HEADER, length);
            socket.send(message, fds);
        }
    }

    /**
     * Receives the message, for ten seconds.
     *
     * @param fds gets the descriptors, owned by the caller also if this fails
     * @throws VfioException if something else comes, or nothing
     */
    static PassMessage receive(SystemCalls sys, UnixSocket socket, String path, List<Descriptor> fds) {
        try (Arena arena = Arena.ofConfined();
                Poller poller = new Poller(sys, 1)) {
            poller.set(0, socket.fd(), Abi.POLLIN);
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            MemorySegment message = arena.allocate(HEADER + LONGEST_TEXT);
            int size = 0;
            while (size < HEADER || size < HEADER + length(message)) {
                if (poller.await(Math.max(0, deadline - System.nanoTime())) == 0) {
                    throw new VfioException("poll", Errno.ETIMEDOUT, path, "who listens there does not answer");
                }
                int got = socket.receive(message.asSlice(size), Kind.CDEV.descriptors, fds);
                if (got == 0) {
                    throw malformed(path);
                }
                size += got;
                if (size >= HEADER && length(message) > LONGEST_TEXT) {
                    throw malformed(path);
                }
            }
            return decode(message.asSlice(0, size), path, fds.size());
        }
    }

    private static PassMessage decode(MemorySegment message, String path, int descriptors) {
        Kind kind = Kind.of(message.get(ValueLayout.JAVA_BYTE, 1));
        if (message.get(ValueLayout.JAVA_BYTE, 0) != VERSION
                || kind == null
                || kind.descriptors != descriptors
                || message.byteSize() != HEADER + length(message)) {
            throw malformed(path);
        }
        byte[] bytes = message.toArray(ValueLayout.JAVA_BYTE);
        byte[] text = Arrays.copyOfRange(bytes, HEADER, bytes.length);
        return new PassMessage(kind, new String(text, StandardCharsets.UTF_8));
    }

    private static int length(MemorySegment message) {
        return Byte.toUnsignedInt(message.get(ValueLayout.JAVA_BYTE, 2))
                | Byte.toUnsignedInt(message.get(ValueLayout.JAVA_BYTE, 3)) << Byte.SIZE;
    }

    private static VfioException malformed(String path) {
        return new VfioException(
                "recvmsg", Errno.EPROTO, path, "what listens there does not pass devices (jvfio pass does)");
    }
}
