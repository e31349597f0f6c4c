// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CommandStatus;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The resources of one kind, by number. A number is not used again at once.
 *
 * <p>Threads: {@link #find} from any thread, without a lock; the rest one at a time.
 */
final class Table<T extends Numbered> {
    private final AtomicReferenceArray<@Nullable T> slots;
    private final int first;
    private final int step;
    private final int most;
    private int next;

    /**
     * A table.
     *
     * @param capacity how many there can be, a power of two
     * @param first the first number
     * @param most the largest number
     */
    Table(int capacity, int first, int most) {
        this.slots = new AtomicReferenceArray<>(capacity);
        this.first = first;
        this.step = capacity - 1;
        this.most = most;
        this.next = first;
    }

    /** The resource of a number, or null. */
    @Nullable T find(int number) {
        T found = slots.get(number & step);
        return found != null && found.number() == number ? found : null;
    }

    /** The resource of a number; a driver that names another one is refused. */
    T require(int number, int syndrome) {
        T found = find(number);
        if (found == null) {
            throw new Refusal(CommandStatus.BAD_RESOURCE, syndrome);
        }
        return found;
    }

    /** A number that is free; refused if there is none. */
    int free() {
        for (int i = 0; i <= step; i++) {
            int number = next;
            next = next >= most ? first : next + 1;
            if (slots.get(number & step) == null) {
                return number;
            }
        }
        throw new Refusal(CommandStatus.LIMIT, 0x1001);
    }

    T add(T made) {
        made.enter();
        slots.set(made.number() & step, made);
        return made;
    }

    /** Takes a resource out; refused while it is used. */
    T remove(int number, int syndrome) {
        T found = require(number, syndrome);
        Refusal.unless(!found.isUsed(), CommandStatus.BAD_RESOURCE_STATE, syndrome);
        slots.set(number & step, null);
        found.leave();
        return found;
    }

    void forEach(Consumer<? super T> action) {
        for (int i = 0; i <= step; i++) {
            T found = slots.get(i);
            if (found != null) {
                action.accept(found);
            }
        }
    }

    void clear() {
        for (int i = 0; i <= step; i++) {
            slots.set(i, null);
        }
    }
}
