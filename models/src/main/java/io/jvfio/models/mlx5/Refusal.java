// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import java.io.Serial;

/** What a command is refused with, told to the driver. Threads: immutable. */
final class Refusal extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;
    private final int syndrome;

    /** With a {@link io.jvfio.vendor.mlx.spec.CommandStatus}, and the firmware's own code. */
    Refusal(int status, int syndrome) {
        super("status " + status, null, false, false);
        this.status = status;
        this.syndrome = syndrome;
    }

    int status() {
        return status;
    }

    int syndrome() {
        return syndrome;
    }

    /** Refuses unless something holds. */
    static void unless(boolean holds, int status, int syndrome) {
        if (!holds) {
            throw new Refusal(status, syndrome);
        }
    }
}
