// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;

/**
 * A connected TCP socket whose {@code close(2)} waits, for minutes, for its other end to take what was sent: that of the last
 * descriptor. {@link #close} has the other end gone, and so ends the wait.
 *
 * <p>Threads: one at a time.
 */
public final class LingeringSocket implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int SO_LINGER = 13;
    private static final int SECONDS = 600;

    private final SystemCalls sys = SystemCalls.linux();
    private final ServerSocket listener;
    private final Socket other;
    private final Descriptor fd;

    /** A socket that lingers. */
    public LingeringSocket() {
        try (Arena arena = Arena.ofConfined()) {
            listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            fd = Descriptor.of(sys, sys.socket(AF_INET, Abi.SOCK_STREAM | Abi.SOCK_CLOEXEC, 0), "socket", "lingering");
            int number = fd.acquire();
            MemorySegment address = arena.allocate(16);
            address.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder()), 0, (short) AF_INET);
            address.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) listener.getLocalPort());
            MemorySegment.copy(
                    listener.getInetAddress().getAddress(), 0, address, ValueLayout.JAVA_BYTE, 4, Integer.BYTES);
            check("connect", sys.connect(number, address, 16));
            other = listener.accept();
            MemorySegment linger =
                    arena.allocateFrom(ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder()), 1, SECONDS);
            check("setsockopt", sys.setsockopt(number, Abi.SOL_SOCKET, SO_LINGER, linger));
            check("fcntl", sys.fcntl(number, Abi.F_SETFL, Abi.O_RDWR | Abi.O_NONBLOCK));
            MemorySegment bytes = arena.allocate(1 << 16);
            long sent;
            do {
                sent = sys.write(number, bytes, bytes.byteSize());
            } while (sent > 0);
            check("write", sent == -Errno.EAGAIN ? 0 : sent);
            fd.release();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(String call, long result) {
        if (result < 0) {
            throw VfioException.of(call, (int) -result, "lingering");
        }
    }

    /** The socket, to be passed on before it is closed here. */
    public Fd fd() {
        return fd;
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (other.isClosed()) {
            return;
        }
        try (listener;
                other) {
            other.setSoLinger(true, 0); // gone at once, with what it has not read
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fd.close();
    }
}
