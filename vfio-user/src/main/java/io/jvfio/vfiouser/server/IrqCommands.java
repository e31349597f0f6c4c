// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.PeerBudget;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.uapi.VfioIrqSet;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.SetIrqs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    private final PeerBudget.Share share;

    /** Where the device has an eventfd of the client, each of which is counted as a descriptor. */
    private final Set<Slot> held = new HashSet<>();

    /**
     * The interrupts of one client.
     *
     * @param share what the client has of the process's descriptors
     */
    IrqCommands(ServedDevice served, PeerBudget.Share share) {
        this.served = served;
        this.share = share;
    }

    /** A place for an eventfd. */
    private record Slot(int index, IrqRequest.Action action, int vector) {}

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
        List<Slot> taken = take(request, set.count());
        int available;
        try {
            available = served.device().setIrqs(request.by(served.client()));
        } catch (RuntimeException | Error e) {
            taken.forEach(this::give);
            throw e;
        }
        if (available != 0) {
            taken.forEach(this::give);
            throw new VfioException(
                    command.name(),
                    Errno.ENOSPC,
                    set.count() + " vectors from " + set.start() + " on of irq index " + set.index(),
                    "at most " + available + " can be had");
        }
        giveReplaced(request);
        reply.beginReply(command, 0);
    }

    /** Counts the eventfds that the device is to have, where it has none yet. */
    private List<Slot> take(IrqRequest request, int count) {
        List<Slot> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Slot slot = new Slot(request.index(), request.action(), request.start() + i);
            if (brings(request, i) && !held.contains(slot)) {
                if (!share.take(PeerBudget.Kind.DESCRIPTOR)) {
                    taken.forEach(this::give);
                    throw new VfioException(
                            "VFIO_USER_DEVICE_SET_IRQS",
                            Errno.ENOSPC,
                            "irq index " + request.index(),
                            "this process has no more descriptors for its clients: raise RLIMIT_NOFILE");
                }
                held.add(slot);
                taken.add(slot);
            }
        }
        return taken;
    }

    /** What the device has no more after a request that it has done. */
    private void giveReplaced(IrqRequest request) {
        List<Slot> gone = held.stream()
                .filter(slot -> slot.index == request.index())
                .filter(slot -> disables(request) || removes(request, slot))
                .toList();
        gone.forEach(this::give);
    }

    private static boolean disables(IrqRequest request) {
        return request.count() == 0
                && request.action() == IrqRequest.Action.TRIGGER
                && request.data() instanceof IrqRequest.None;
    }

    private static boolean removes(IrqRequest request, Slot slot) {
        int at = slot.vector - request.start();
        return request.data() instanceof IrqRequest.EventFds eventfds
                && slot.action == request.action()
                && at >= 0
                && at < request.count()
                && eventfds.fds().get(at) == null;
    }

    private static boolean brings(IrqRequest request, int at) {
        return request.data() instanceof IrqRequest.EventFds eventfds
                && eventfds.fds().get(at) != null;
    }

    private void give(Slot slot) {
        if (held.remove(slot)) {
            share.give(PeerBudget.Kind.DESCRIPTOR);
        }
    }

    /** The device has no eventfd of the client any more. */
    void release() {
        List.copyOf(held).forEach(this::give);
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
