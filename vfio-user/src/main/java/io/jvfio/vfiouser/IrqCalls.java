// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.uapi.VfioIrqSet;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.ProtocolException;
import io.jvfio.vfiouser.protocol.SetIrqs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Interrupt requests by messages: in as many as the server's limit of descriptors asks for, each with eventfds for all of
 * its vectors or for none. Threads: stateless.
 */
final class IrqCalls {
    private IrqCalls() {}

    /** Sends a request without eventfds. */
    static void send(ServerConnection connection, IrqRequest request) {
        List<Boolean> flags = request.data() instanceof IrqRequest.Bools bools ? bools.values() : List.of();
        try {
            send(connection, SetIrqs.of(request, request.start(), request.count()), flags, ServerConnection.NO_FDS);
        } catch (ProtocolException e) {
            throw e;
        } catch (VfioException e) {
            // The kernel's way to say that this index is off already; libvfio-user's for one without vectors.
            if (e.errno() != Errno.EINVAL || !request.disables()) {
                throw e;
            }
        }
    }

    /**
     * Assigns eventfds, and takes away those of vectors that have none; all or, as far as the server lets us, nothing.
     *
     * @param before what the vectors have now, from vector 0 on, to put back after a failure
     */
    static void assign(ServerConnection connection, IrqRequest request, List<? extends @Nullable Fd> before) {
        List<? extends @Nullable Fd> fds = ((IrqRequest.EventFds) request.data()).fds();
        int done = 0;
        try {
            while (done < fds.size()) {
                done += assignPart(connection, request, fds, done);
            }
        } catch (RuntimeException e) {
            if (done > 0 && connection.isAlive()) {
                List<@Nullable Fd> old = new ArrayList<>();
                for (int vector = request.start(); vector < request.start() + done; vector++) {
                    old.add(vector < before.size() ? before.get(vector) : null);
                }
                try {
                    assign(connection, IrqRequest.assign(request.index(), request.start(), old), List.of());
                } catch (RuntimeException undo) {
                    Closing.suppress(e, undo);
                }
            }
            throw e;
        }
    }

    /** Sends the vectors from {@code from} on that one message can have; how many that are. */
    private static int assignPart(
            ServerConnection connection, IrqRequest request, List<? extends @Nullable Fd> fds, int from) {
        boolean assigned = fds.get(from) != null;
        int most = assigned ? connection.mostFds() : fds.size();
        if (most == 0) {
            throw new VfioException(
                    Command.DEVICE_SET_IRQS.call(),
                    Errno.EOPNOTSUPP,
                    "irq index " + request.index() + " of " + connection.name(),
                    "the server takes no descriptors, so it has no interrupts");
        }
        List<Fd> part = new ArrayList<>();
        int end = from;
        while (end < fds.size() && end - from < most) {
            Fd fd = fds.get(end);
            if ((fd != null) != assigned) {
                break;
            }
            if (fd != null) {
                part.add(fd);
            }
            end++;
        }
        send(connection, SetIrqs.of(request, request.start() + from, end - from), List.of(), part);
        return end - from;
    }

    private static void send(ServerConnection connection, VfioIrqSet set, List<Boolean> flags, List<Fd> fds) {
        String subject = SetIrqs.action(set) + " of " + set.count() + " vectors from " + set.start() + " of irq index "
                + set.index() + " of " + connection.name();
        connection.call(
                Command.DEVICE_SET_IRQS,
                (message, id) -> SetIrqs.write(message, id, set, flags),
                fds,
                reply -> null,
                subject);
    }

    /**
     * Checks that the vectors exist.
     *
     * @throws IndexOutOfBoundsException if not
     */
    static void check(IrqRequest request, IrqInfo irq) {
        if (request.start() > irq.count() || request.count() > irq.count() - request.start()) {
            throw new IndexOutOfBoundsException(request.count() + " vectors from " + request.start() + " of irq index "
                    + irq.index() + ", which has " + irq.count());
        }
    }
}
