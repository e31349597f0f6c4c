// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Closing;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.vfiouser.protocol.Command;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The registers of a region whose writes the server takes by a signal: the value is stored in memory of the server's, and
 * an eventfd is written; nobody waits for an answer. A {@link PostedRegionBuilder} asks for them.
 *
 * <p>Threads: thread-safe; a write allocates nothing, and takes one system call.
 */
final class PostedRegion implements AutoCloseable {
    private final ServerConnection connection;
    private final PostedRegister[] registers;
    private final List<Mapping> mappings;
    private final List<SharedEventFd> eventfds;

    /**
     * Takes what the registers need.
     *
     * @param registers by their offset, and apart from each other
     * @param mappings the memory behind them, owned
     * @param eventfds their eventfds, owned
     */
    PostedRegion(
            ServerConnection connection,
            List<PostedRegister> registers,
            List<Mapping> mappings,
            List<SharedEventFd> eventfds) {
        this.connection = connection;
        this.registers = registers.toArray(new PostedRegister[0]);
        this.mappings = List.copyOf(mappings);
        this.eventfds = List.copyOf(eventfds);
    }

    /**
     * Writes a register if it is one of these.
     *
     * @param value bits above the width are ignored
     * @return false if it is not, and is to be written by a message
     * @throws IllegalStateException if the connection is closed
     * @throws io.jvfio.device.DeviceGoneException if it is lost
     */
    boolean write(long offset, int width, long value) {
        PostedRegister register = find(offset);
        if (register == null || !register.takes(offset, width)) {
            return false;
        }
        connection.checkAlive(Command.REGION_WRITE);
        try {
            if (register.write(offset, width, value)) {
                return true;
            }
        } catch (IllegalStateException closing) {
            // Memory or eventfd have just been closed with the connection, which says why.
        }
        throw connection.ended(Command.REGION_WRITE);
    }

    /** The last register that does not start behind the offset, or null. */
    private @Nullable PostedRegister find(long offset) {
        int low = 0;
        int high = registers.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (registers[middle].start() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : registers[low - 1];
    }

    /** Gives back memory and eventfds; later writes throw. Idempotent. */
    @Override
    public void close() {
        Closing steps = new Closing();
        eventfds.forEach(eventfd -> steps.attempt(eventfd::close));
        mappings.forEach(mapping -> steps.attempt(mapping::close));
        steps.throwFirst();
    }
}
