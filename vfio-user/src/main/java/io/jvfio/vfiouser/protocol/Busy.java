// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Errno;
import io.jvfio.VfioException;

/**
 * How a server that has a client answers the first message of another: EBUSY. To one that speaks jvfio's own capability it
 * says besides whom it has: the process id, 32 bits, is the payload of the error.
 *
 * <p>Threads: stateless.
 */
public final class Busy {
    private static final int PID = 4;

    private Busy() {}

    /**
     * Makes the answer.
     *
     * @param first what the other client has sent
     * @param pid of the client that the server has, 0 if it is not visible here
     */
    public static void write(Message reply, Message first, int pid) {
        reply.fail(first, Errno.EBUSY);
        if (understands(first)) {
            reply.resize(PID);
            reply.set32(0, pid);
        }
    }

    private static boolean understands(Message first) {
        try {
            return first.commandId() == Command.VERSION.id()
                    && Version.read(first).capabilitiesOrAbsent().addedRegions();
        } catch (ProtocolException e) {
            return false;
        }
    }

    /** Whether an answer is this one. */
    public static boolean is(Message reply) {
        return reply.isError() && reply.errno() == Errno.EBUSY;
    }

    /** The exception for such an answer. */
    public static VfioException refusal(Message reply, String server) {
        int pid = reply.payloadSize() >= PID ? reply.u32(0) : 0;
        String holder = pid > 0 ? "process " + pid : "another client";
        return new VfioException(Command.VERSION.call(), Errno.EBUSY, server, "busy: " + holder + " has the device");
    }
}
