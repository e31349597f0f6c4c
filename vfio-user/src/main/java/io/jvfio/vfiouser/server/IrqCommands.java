// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.uapi.VfioIrqSet;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.SetIrqs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device's interrupts as the client sets them.
 *
 * <p>What a client passes as an eventfd is written to by the device, perhaps by a thread of a model: so it must be one. A
 * pipe whose other end nobody reads would stop the device; whoever signals an eventfd knows what to do about a client that
 * has it block ({@link SharedEventFd}).
 *
 * <p>Threads: one at a time.
 */
final class IrqCommands {
    private final ServedDevice served;

    IrqCommands(ServedDevice served) {
        this.served = served;
    }

    void info(Message command, Message reply) {
        int index = InfoMessages.irqIndex(command);
        InfoMessages.tellIrq(reply, command, irq(command, index));
    }

    void set(Message command, Message reply) {
        VfioIrqSet set = SetIrqs.read(command);
        IrqInfo info = irq(command, set.index());
        if (set.start() > info.count() - set.count() || set.start() >= info.count()) {
            throw command.invalid("vectors " + set.start() + " and up, " + set.count() + " of them, of irq index "
                    + set.index() + ", which has " + info.count());
        }
        IrqRequest request = (set.flags() & VfioPci.VFIO_IRQ_SET_DATA_EVENTFD) != 0
                ? assignment(command, set)
                : new IrqRequest(set.index(), set.start(), set.count(), SetIrqs.action(set), data(command, set));
        int available = served.device().setIrqs(request.by(served.client()));
        if (available != 0) {
            throw new VfioException(
                    command.name(),
                    Errno.ENOSPC,
                    set.count() + " vectors from " + set.start() + " on of irq index " + set.index(),
                    "at most " + available + " can be had");
        }
        reply.beginReply(command, 0);
    }

    private IrqInfo irq(Message command, int index) {
        if (index < 0 || index >= served.info(true).irqCount()) {
            throw command.invalid("irq index " + Integer.toUnsignedString(index));
        }
        return served.irq(index);
    }

    private static IrqRequest.Data data(Message command, VfioIrqSet set) {
        if ((set.flags() & VfioPci.VFIO_IRQ_SET_DATA_NONE) != 0) {
            return new IrqRequest.None();
        }
        List<Boolean> values = new ArrayList<>(set.count());
        for (int vector = 0; vector < set.count(); vector++) {
            values.add(VfioIrqSet.readBool(command.payload(), vector));
        }
        return new IrqRequest.Bools(values);
    }

    private IrqRequest assignment(Message command, VfioIrqSet set) {
        List<@Nullable Fd> eventfds = new ArrayList<>(set.count());
        for (int vector = 0; vector < set.count(); vector++) {
            Fd eventfd = command.fdCount() == 0 ? null : command.fd(vector);
            if (eventfd != null) {
                SharedEventFd.require(eventfd);
            }
            eventfds.add(eventfd);
        }
        if (SetIrqs.action(set) == IrqRequest.Action.TRIGGER) {
            return IrqRequest.assign(set.index(), set.start(), eventfds);
        }
        if (SetIrqs.action(set) == IrqRequest.Action.UNMASK && set.start() == 0 && set.count() == 1) {
            return IrqRequest.unmaskOn(set.index(), eventfds.getFirst());
        }
        throw command.invalid("an eventfd that is to mask, or to unmask more than the pin");
    }
}
