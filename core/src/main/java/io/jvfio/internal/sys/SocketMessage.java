// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * A {@code struct msghdr} with one {@code struct iovec} and room for descriptors in an {@code SCM_RIGHTS} control message,
 * as 64-bit Linux lays them out ({@code include/linux/socket.h}; lengths are words of the machine's size, and control
 * messages are aligned to them).
 *
 * <p>Threads: one at a time.
 */
final class SocketMessage {
    /** {@code SCM_MAX_FD} of {@code include/net/scm.h}: the kernel passes no more at once. */
    static final int MAX_FDS = 253;

    private static final StructLayout MSGHDR = MemoryLayout.structLayout(
            ADDRESS.withName("msg_name"),
            JAVA_INT.withName("msg_namelen"),
            MemoryLayout.paddingLayout(4),
            ADDRESS.withName("msg_iov"),
            JAVA_LONG.withName("msg_iovlen"),
            ADDRESS.withName("msg_control"),
            JAVA_LONG.withName("msg_controllen"),
            JAVA_INT.withName("msg_flags"),
            MemoryLayout.paddingLayout(4));

    private static final StructLayout IOVEC =
            MemoryLayout.structLayout(JAVA_LONG.withName("iov_base"), JAVA_LONG.withName("iov_len"));

    private static final StructLayout CMSGHDR = MemoryLayout.structLayout(
            JAVA_LONG.withName("cmsg_len"), JAVA_INT.withName("cmsg_level"), JAVA_INT.withName("cmsg_type"));

    private static final VarHandle MSG_IOV = field(MSGHDR, "msg_iov");
    private static final VarHandle MSG_IOVLEN = field(MSGHDR, "msg_iovlen");
    private static final VarHandle MSG_CONTROL = field(MSGHDR, "msg_control");
    private static final VarHandle MSG_CONTROLLEN = field(MSGHDR, "msg_controllen");
    private static final VarHandle MSG_FLAGS = field(MSGHDR, "msg_flags");
    private static final VarHandle IOV_BASE = field(IOVEC, "iov_base");
    private static final VarHandle IOV_LEN = field(IOVEC, "iov_len");
    private static final VarHandle CMSG_LEN = field(CMSGHDR, "cmsg_len");
    private static final VarHandle CMSG_LEVEL = field(CMSGHDR, "cmsg_level");
    private static final VarHandle CMSG_TYPE = field(CMSGHDR, "cmsg_type");

    private static final long HEADER = CMSGHDR.byteSize();

    private final MemorySegment header;
    private final MemorySegment vector;
    private final MemorySegment control;

    SocketMessage(Arena arena) {
        header = arena.allocate(MSGHDR);
        vector = arena.allocate(IOVEC);
        control = arena.allocate(HEADER + MAX_FDS * (long) Integer.BYTES, CMSGHDR.byteAlignment());
        MSG_IOV.set(header, 0L, vector);
        MSG_IOVLEN.set(header, 0L, 1L);
    }

    private static VarHandle field(StructLayout struct, String name) {
        return struct.varHandle(PathElement.groupElement(name));
    }

    /** The {@code struct msghdr} for the call. */
    MemorySegment header() {
        return header;
    }

    /**
     * Points at bytes to send or to fill. The caller keeps them alive during the call. Allocates nothing.
     *
     * @param bytes native memory that has {@code length} bytes from {@code offset} on
     * @param fds how many descriptors are sent, or may be received
     */
    void prepare(MemorySegment bytes, long offset, long length, int fds) {
        IOV_BASE.set(vector, 0L, bytes.address() + offset);
        IOV_LEN.set(vector, 0L, length);
        // Exactly this long and not padded: into padding the kernel would put one descriptor more.
        long size = fds == 0 ? 0 : HEADER + fds * (long) Integer.BYTES;
        MSG_CONTROL.set(header, 0L, fds == 0 ? MemorySegment.NULL : control);
        MSG_CONTROLLEN.set(header, 0L, size);
        MSG_FLAGS.set(header, 0L, 0);
        if (fds != 0) {
            CMSG_LEN.set(control, 0L, size);
            CMSG_LEVEL.set(control, 0L, Abi.SOL_SOCKET);
            CMSG_TYPE.set(control, 0L, Abi.SCM_RIGHTS);
        }
    }

    /** Sets a descriptor to send. */
    void fd(int index, int number) {
        control.set(JAVA_INT, HEADER + index * (long) Integer.BYTES, number);
    }

    /** Whether the last call that received brought anything beside the bytes, or lost it. */
    boolean broughtControl() {
        return (long) MSG_CONTROLLEN.get(header, 0L) != 0 || ((int) MSG_FLAGS.get(header, 0L) & Abi.MSG_CTRUNC) != 0;
    }

    /** Takes a descriptor that was received. */
    interface Receiver {
        void accept(int number);
    }

    /**
     * Hands out every descriptor that was received: each is open in this process now, and belongs to whoever reads it.
     *
     * @return whether all that was sent has arrived; if not, the kernel has dropped the rest
     */
    boolean received(Receiver receiver) {
        long size = (long) MSG_CONTROLLEN.get(header, 0L);
        long at = 0;
        while (at + HEADER <= size) {
            long length = (long) CMSG_LEN.get(control, at);
            if (length < HEADER || length > size - at) {
                break;
            }
            if ((int) CMSG_LEVEL.get(control, at) == Abi.SOL_SOCKET
                    && (int) CMSG_TYPE.get(control, at) == Abi.SCM_RIGHTS) {
                for (long fd = at + HEADER; fd + Integer.BYTES <= at + length; fd += Integer.BYTES) {
                    receiver.accept(control.get(JAVA_INT, fd));
                }
            }
            at += (length + Long.BYTES - 1) & -Long.BYTES;
        }
        return ((int) MSG_FLAGS.get(header, 0L) & Abi.MSG_CTRUNC) == 0;
    }
}
