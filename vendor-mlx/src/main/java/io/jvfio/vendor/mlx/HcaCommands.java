// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Mmio;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What the queues of a function need of it.
 *
 * <p>Threads: as the function's driver, which calls them.
 */
interface HcaCommands {

    /** How the function is reached. */
    MlxAccess access();

    /** The page of doorbells. */
    Mmio doorbells();

    /** That page's number. */
    int uar();

    /** The input of a command, with its first words. */
    MemorySegment start(Arena arena, Opcode opcode, int modifier, int length);

    /** Runs a command. */
    MemorySegment run(Arena arena, MemorySegment input, int outputLength);

    /** Makes a resource that is nothing but a number. */
    int create(Opcode opcode);

    /** Destroys a resource. */
    void destroy(Opcode opcode, int number);

    /** A resource could not be made: frees its memory now, or after a reset if the function may still write there. */
    RuntimeException notMade(RuntimeException failure, DmaBuffer memory);

    /** A resource could not be destroyed: its memory is freed when the function has been reset. */
    RuntimeException notDestroyed(RuntimeException failure, DmaBuffer memory);
}
