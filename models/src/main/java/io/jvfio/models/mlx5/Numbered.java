// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import java.util.ArrayList;
import java.util.List;

/**
 * A resource that commands make, name by number and destroy. It cannot be destroyed while others use it; what it uses
 * itself is counted by the {@link Table} that it is in.
 *
 * <p>Threads: one at a time, but for what a subclass says.
 */
class Numbered {
    private final int number;
    private final List<Numbered> uses;
    private int users;

    Numbered(int number, Numbered... uses) {
        this(number, List.of(uses));
    }

    Numbered(int number, List<? extends Numbered> uses) {
        this.number = number;
        this.uses = new ArrayList<>(uses);
    }

    final int number() {
        return number;
    }

    /** It is there: what it uses has one user more. */
    final void enter() {
        uses.forEach(each -> each.users++);
    }

    /** It is gone: what it used has one user less. */
    final void leave() {
        uses.forEach(each -> each.users--);
    }

    /** While it is there: it uses another one instead. */
    final void exchange(Numbered before, Numbered after) {
        uses.remove(before);
        before.users--;
        uses.add(after);
        after.users++;
    }

    final boolean isUsed() {
        return users > 0;
    }
}
