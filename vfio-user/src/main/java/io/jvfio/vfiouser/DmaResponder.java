// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaPin;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaAccess;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.ProtocolException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the server's commands: copies from and to what is mapped for the device, within the rights of the mappings, and
 * nowhere else.
 *
 * <p>Threads: thread-safe.
 */
final class DmaResponder {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final Supplier<@Nullable DmaMappings> maps;
    private final int mostData;
    private volatile int served;

    /**
     * A responder for one device.
     *
     * @param maps the maps now, or null while there are none
     * @param mostData the largest transfer in bytes
     */
    DmaResponder(Supplier<@Nullable DmaMappings> maps, int mostData) {
        this.maps = maps;
        this.mostData = mostData;
    }

    /** Not 0 once there was a command. */
    int served() {
        return served;
    }

    /** Runs a command and makes its reply, which is an error if it cannot be done. */
    void serve(Message command, Message reply) {
        served = 1;
        try {
            Command known = Command.of(command.commandId());
            if (known == null || !known.fromServer()) {
                reply.fail(command, Errno.ENOSYS);
                return;
            }
            DmaAccess.check(command, mostData);
            transfer(command, reply, known == Command.DMA_WRITE);
        } catch (ProtocolException e) {
            reply.fail(command, e.errno());
        } catch (VfioException | IllegalStateException | IndexOutOfBoundsException e) {
            // The memory ended meanwhile, or what stands behind it failed.
            LOG.log(System.Logger.Level.DEBUG, "a transfer of the server failed", e);
            reply.fail(command, Errno.EFAULT);
        } finally {
            command.closeFds();
        }
    }

    private void transfer(Message command, Message reply, boolean write) {
        DmaMappings now = maps.get();
        long count = DmaAccess.count(command);
        try (DmaPin pin = new DmaPin()) {
            DmaPin.Result result = now == null
                    ? DmaPin.Result.UNMAPPED
                    : now.pin(DmaAccess.address(command), count, write ? Access.WRITE : Access.READ, pin);
            switch (result) {
                case UNMAPPED -> reply.fail(command, Errno.EFAULT);
                case DENIED -> reply.fail(command, Errno.EPERM);
                case PINNED -> {
                    if (write) {
                        pin.write(0, command.payload(DmaAccess.SIZE, count));
                        DmaAccess.writeReply(reply, command);
                    } else {
                        DmaAccess.beginReadReply(reply, command);
                        pin.read(0, reply.payload(DmaAccess.SIZE, count));
                    }
                }
            }
        }
    }
}
