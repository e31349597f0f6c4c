// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Hex;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.Opcode;

/**
 * The firmware refused a command; the function goes on working.
 *
 * <p>Threads: immutable.
 */
public final class CommandFailedException extends MlxException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final int syndrome;

    CommandFailedException(int opcode, int modifier, int status, int syndrome, String subject) {
        super(
                Opcode.text(opcode),
                CommandStatus.errno(status),
                subject,
                "modifier " + Hex.of(modifier) + ": status " + CommandStatus.text(status) + " (" + Hex.of(status)
                        + "), syndrome " + Hex.of(syndrome));
        this.status = status;
        this.syndrome = syndrome;
    }

    /** See {@link CommandStatus}. */
    public int status() {
        return status;
    }

    /** The firmware's own code. */
    public int syndrome() {
        return syndrome;
    }
}
