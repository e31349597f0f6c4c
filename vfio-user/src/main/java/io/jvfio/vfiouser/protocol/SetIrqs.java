// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Hex;
import io.jvfio.device.IrqRequest;
import java.util.List;

/**
 * The payload of {@code DEVICE_SET_IRQS}. The reply has none. Eventfds come along as descriptors, one for each vector;
 * no descriptor at all takes the eventfds of the vectors away.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@link #DATA_NONE} and the other bits: one of the data, one of the action
 * @param index the interrupt index
 * @param start the first vector
 * @param count how many vectors
 */
public record SetIrqs(int flags, int index, int start, int count) {
    /** The size without flags of vectors in bytes. */
    public static final int SIZE = 20;

    /** The action applies to each vector. */
    public static final int DATA_NONE = 1;

    /** The action applies where the vector's byte is not 0. */
    public static final int DATA_BOOL = 2;

    /** Eventfds are assigned, or taken away. */
    public static final int DATA_EVENTFD = 4;

    /** Hold interrupts back. */
    public static final int ACTION_MASK = 8;

    /** Let interrupts through. */
    public static final int ACTION_UNMASK = 16;

    /** Assign, take away, or fire. */
    public static final int ACTION_TRIGGER = 32;

    private static final int DATA = DATA_NONE | DATA_BOOL | DATA_EVENTFD;
    private static final int ACTION = ACTION_MASK | ACTION_UNMASK | ACTION_TRIGGER;

    /** The payload for a part of a request. */
    public static SetIrqs of(IrqRequest request, int start, int count) {
        int action = switch (request.action()) {
            case MASK -> ACTION_MASK;
            case UNMASK -> ACTION_UNMASK;
            case TRIGGER -> ACTION_TRIGGER;
        };
        int data = switch (request.data()) {
            case IrqRequest.None none -> DATA_NONE;
            case IrqRequest.Bools bools -> DATA_BOOL;
            case IrqRequest.EventFds eventFds -> DATA_EVENTFD;
        };
        return new SetIrqs(action | data, request.index(), start, count);
    }

    /**
     * Reads a request.
     *
     * @throws ProtocolException with EINVAL if it is malformed: not one kind of data and one action, numbers that do not
     *     fit the data, or descriptors where none belong. Whether index and vectors exist is still to be checked
     */
    public static SetIrqs read(Message request) {
        request.require(SIZE);
        SetIrqs set = new SetIrqs(request.u32(4), request.u32(8), request.u32(12), request.u32(16));
        int bools = (set.flags & DATA_BOOL) != 0 ? set.count : 0;
        if (Integer.bitCount(set.flags & DATA) != 1
                || Integer.bitCount(set.flags & ACTION) != 1
                || (set.flags & ~(DATA | ACTION)) != 0) {
            throw request.invalid("flags " + Hex.of(set.flags));
        }
        if (set.index < 0 || set.start < 0 || set.count < 0 || set.start + set.count < 0) {
            throw request.invalid("irq index " + set.index + ", start " + set.start + ", count " + set.count);
        }
        if (Integer.toUnsignedLong(request.u32(0)) < SIZE || bools > 0 && request.payloadSize() - SIZE != bools) {
            throw request.invalid("argsz " + Integer.toUnsignedString(request.u32(0)) + ", "
                    + (request.payloadSize() - SIZE) + " bytes for " + set.count + " vectors");
        }
        set.checkCount(request);
        return set;
    }

    private void checkCount(Message request) {
        if (count == 0 && (start != 0 || flags != (DATA_NONE | ACTION_TRIGGER))) {
            throw request.invalid("no vectors, start " + start + ", flags " + Hex.of(flags));
        }
        int fds = request.fdCount();
        boolean eventfds = (flags & DATA_EVENTFD) != 0;
        if (fds > 0 && (!eventfds || fds != count)) {
            throw request.invalid(fds + " descriptors for " + count + " vectors");
        }
    }

    /** The vector's flag in a request with {@link #DATA_BOOL}; the vector counts from {@link #start}. */
    public static boolean bool(Message request, int vector) {
        return request.u8(SIZE + (long) vector) != 0;
    }

    /** Makes this the payload of a request. */
    public void write(Message request, int id, List<Boolean> bools) {
        request.beginCommand(id, Command.DEVICE_SET_IRQS, SIZE + bools.size());
        request.set32(0, SIZE + bools.size());
        request.set32(4, flags);
        request.set32(8, index);
        request.set32(12, start);
        request.set32(16, count);
        for (int i = 0; i < bools.size(); i++) {
            request.set8(SIZE + (long) i, bools.get(i) ? 1 : 0);
        }
    }

    /** What is to be done. */
    public IrqRequest.Action action() {
        return (flags & ACTION_MASK) != 0
                ? IrqRequest.Action.MASK
                : (flags & ACTION_UNMASK) != 0 ? IrqRequest.Action.UNMASK : IrqRequest.Action.TRIGGER;
    }
}
