// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Fd;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change to a device's interrupts ({@code struct vfio_irq_set}), in the forms that mean something: an index is turned
 * off with {@link #disable}, a single vector by assigning no eventfd. A request without data and with a count fires
 * vectors, so that form is called {@link #trigger} here and nothing else.
 *
 * <p>Threads: immutable.
 *
 * @param index the interrupt index
 * @param start the first vector, 0 or more
 * @param count how many vectors; 0 only for {@link #disable}
 * @param action what to do
 * @param data with what
 * @param owner who asks
 */
public record IrqRequest(int index, int start, int count, Action action, Data data, IrqOwner owner) {

    /** The request of somebody without a name. */
    public IrqRequest(int index, int start, int count, Action action, Data data) {
        this(index, start, count, action, data, IrqOwner.UNNAMED);
    }

    /** The same request of somebody. */
    public IrqRequest by(IrqOwner whoever) {
        return new IrqRequest(index, start, count, action, data, whoever);
    }

    /** One of {@code VFIO_IRQ_SET_ACTION_*} and one of {@code VFIO_IRQ_SET_DATA_*}. */
    public int flags() {
        int what = switch (action) {
            case MASK -> VfioPci.VFIO_IRQ_SET_ACTION_MASK;
            case UNMASK -> VfioPci.VFIO_IRQ_SET_ACTION_UNMASK;
            case TRIGGER -> VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER;
        };
        int with = switch (data) {
            case None none -> VfioPci.VFIO_IRQ_SET_DATA_NONE;
            case Bools bools -> VfioPci.VFIO_IRQ_SET_DATA_BOOL;
            case EventFds eventFds -> VfioPci.VFIO_IRQ_SET_DATA_EVENTFD;
        };
        return what | with;
    }

    /** Whether it gives an eventfd to a vector. */
    public boolean assigns() {
        return action == Action.TRIGGER
                && data instanceof EventFds eventFds
                && eventFds.fds().stream().anyMatch(Objects::nonNull);
    }

    /** Whether it turns the whole index off. */
    public boolean disables() {
        return action == Action.TRIGGER && count == 0;
    }

    /** What to do with the vectors. */
    public enum Action {
        /** Hold interrupts back; INTx only. */
        MASK,
        /** Let interrupts through again; INTx only. */
        UNMASK,
        /** Assign eventfds, take them away, or fire. */
        TRIGGER
    }

    /** What comes with the action. */
    public sealed interface Data {}

    /** Nothing: the action applies to each vector. */
    public record None() implements Data {}

    /**
     * One flag for each vector: the action applies where it is true.
     *
     * @param values one for each vector
     */
    public record Bools(List<Boolean> values) implements Data {
        /** Copies the list. */
        public Bools {
            values = List.copyOf(values);
        }
    }

    /**
     * One eventfd for each vector, borrowed; null takes the vector's eventfd away.
     *
     * @param fds one for each vector
     */
    public record EventFds(List<@Nullable Fd> fds) implements Data {
        /** Copies the list. */
        public EventFds {
            fds = Collections.unmodifiableList(new ArrayList<>(fds));
        }
    }

    /** Checks the numbers. */
    public IrqRequest {
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(owner, "owner");
        if (index < 0 || start < 0 || count < 0) {
            throw new IllegalArgumentException(
                    "irq index " + index + ", start " + start + " and count " + count + " must not be negative");
        }
        int given = switch (data) {
            case None none -> count;
            case Bools bools -> bools.values().size();
            case EventFds eventFds -> eventFds.fds().size();
        };
        if (given != count) {
            throw new IllegalArgumentException(given + " values for " + count + " vectors");
        }
    }

    /** Assigns one eventfd to each vector from {@code start} on; null turns a vector off. */
    public static IrqRequest assign(int index, int start, List<? extends @Nullable Fd> eventfds) {
        return new IrqRequest(
                index, start, eventfds.size(), Action.TRIGGER, new EventFds(new ArrayList<@Nullable Fd>(eventfds)));
    }

    /** Turns the whole index off; does nothing if it is off. */
    public static IrqRequest disable(int index) {
        return new IrqRequest(index, 0, 0, Action.TRIGGER, new None());
    }

    /** Fires vectors in software, as if the device had: a test of the path from the carrier to the waiter. */
    public static IrqRequest trigger(int index, int start, int count) {
        return new IrqRequest(index, start, count, Action.TRIGGER, new None());
    }

    /** Fires those vectors whose flag is true. */
    public static IrqRequest trigger(int index, int start, List<Boolean> which) {
        return new IrqRequest(index, start, which.size(), Action.TRIGGER, new Bools(which));
    }

    /** Holds vectors back. */
    public static IrqRequest mask(int index, int start, int count) {
        return new IrqRequest(index, start, count, Action.MASK, new None());
    }

    /** Lets vectors through again. */
    public static IrqRequest unmask(int index, int start, int count) {
        return new IrqRequest(index, start, count, Action.UNMASK, new None());
    }

    /** Lets INTx through again whenever the eventfd is written (resample); null takes the eventfd away. */
    public static IrqRequest unmaskOn(int index, @Nullable Fd eventfd) {
        return new IrqRequest(index, 0, 1, Action.UNMASK, new EventFds(Collections.singletonList(eventfd)));
    }
}
