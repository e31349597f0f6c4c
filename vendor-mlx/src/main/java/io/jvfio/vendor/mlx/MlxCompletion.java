// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.vendor.mlx.spec.CompletionEntry;

/**
 * A completion of work.
 *
 * <p>Threads: immutable.
 *
 * @param queue of which send queue
 * @param counter the index of the work, 16 bits; it completes all work before it
 * @param opcode what the work was
 * @param syndrome 0 if it was done, else see {@link CompletionEntry#syndromeText}
 */
public record MlxCompletion(int queue, int counter, int opcode, int syndrome) {
    /** Whether it was done. */
    public boolean isDone() {
        return syndrome == 0;
    }
}
