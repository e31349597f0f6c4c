// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import static io.jvfio.device.VfioPci.VFIO_IRQ_SET_ACTION_MASK;
import static io.jvfio.device.VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER;
import static io.jvfio.device.VfioPci.VFIO_IRQ_SET_ACTION_TYPE_MASK;
import static io.jvfio.device.VfioPci.VFIO_IRQ_SET_ACTION_UNMASK;
import static io.jvfio.device.VfioPci.VFIO_IRQ_SET_DATA_BOOL;
import static io.jvfio.device.VfioPci.VFIO_IRQ_SET_DATA_EVENTFD;
import static io.jvfio.device.VfioPci.VFIO_IRQ_SET_DATA_NONE;
import static io.jvfio.device.VfioPci.VFIO_IRQ_SET_DATA_TYPE_MASK;

import io.jvfio.Hex;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.uapi.Argsz;
import io.jvfio.internal.uapi.VfioIrqSet;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * {@code DEVICE_SET_IRQS}: the kernel's struct, to which the reply has no payload. Other than in the kernel eventfds are no
 * data: they come along as descriptors, one for each vector, and no descriptor at all takes the eventfds of the vectors
 * away.
 *
 * <p>Threads: pure functions of the message.
 */
public final class SetIrqs {
    private static final int SIZE = (int) VfioIrqSet.STRUCT.byteSize();

    private SetIrqs() {}

    /** The payload for a part of a request. */
    public static VfioIrqSet of(IrqRequest request, int start, int count) {
        return new VfioIrqSet(request.flags(), request.index(), start, count);
    }

    /**
     * Reads a request.
     *
     * @throws ProtocolException with EINVAL if it is malformed: not one kind of data and one action, numbers that do not
     *     fit the data, or descriptors where none belong. Whether index and vectors exist is still to be checked
     */
    public static VfioIrqSet read(Message request) {
        request.require(SIZE);
        VfioIrqSet set = VfioIrqSet.STRUCT.read(request.payload());
        int data = set.flags() & VFIO_IRQ_SET_DATA_TYPE_MASK;
        int action = set.flags() & VFIO_IRQ_SET_ACTION_TYPE_MASK;
        if (Integer.bitCount(data) != 1 || Integer.bitCount(action) != 1 || set.flags() != (data | action)) {
            throw request.invalid("flags " + Hex.of(set.flags()));
        }
        if (set.index() < 0 || set.start() < 0 || set.count() < 0 || set.start() + set.count() < 0) {
            throw request.invalid("irq index " + set.index() + ", start " + set.start() + ", count " + set.count());
        }
        int bytes = request.payloadSize() - SIZE;
        long argsz = Argsz.of(request.payload());
        boolean bools = data == VFIO_IRQ_SET_DATA_BOOL;
        if (argsz < SIZE || bools && set.count() > 0 && bytes != set.count()) {
            throw request.invalid("argsz " + argsz + ", " + bytes + " bytes for " + set.count() + " vectors");
        }
        if (set.count() == 0
                && (set.start() != 0 || set.flags() != (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER))) {
            throw request.invalid("no vectors, start " + set.start() + ", flags " + Hex.of(set.flags()));
        }
        int fds = request.fdCount();
        if (fds > 0 && (data != VFIO_IRQ_SET_DATA_EVENTFD || fds != set.count())) {
            throw request.invalid(fds + " descriptors for " + set.count() + " vectors");
        }
        return set;
    }

    /** Makes a message of a request. */
    public static void write(Message request, int id, VfioIrqSet set, List<Boolean> bools) {
        request.beginCommand(id, Command.DEVICE_SET_IRQS, SIZE + bools.size());
        MemorySegment payload = request.payload();
        VfioIrqSet.STRUCT.fill(payload, set);
        for (int i = 0; i < bools.size(); i++) {
            VfioIrqSet.fillBool(payload, i, bools.get(i));
        }
    }

    /** What is to be done. */
    public static IrqRequest.Action action(VfioIrqSet set) {
        return switch (set.flags() & VFIO_IRQ_SET_ACTION_TYPE_MASK) {
            case VFIO_IRQ_SET_ACTION_MASK -> IrqRequest.Action.MASK;
            case VFIO_IRQ_SET_ACTION_UNMASK -> IrqRequest.Action.UNMASK;
            default -> IrqRequest.Action.TRIGGER;
        };
    }
}
