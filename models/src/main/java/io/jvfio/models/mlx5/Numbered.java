// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

/**
 * A resource that commands make, name by number and destroy. It cannot be destroyed while others use it.
 *
 * <p>Threads: one at a time, but for what a subclass says.
 */
class Numbered {
    private final int number;
    private int users;

    Numbered(int number) {
        this.number = number;
    }

    final int number() {
        return number;
    }

    final void use() {
        users++;
    }

    final void unuse() {
        users--;
    }

    final boolean isUsed() {
        return users > 0;
    }
}
