// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import java.lang.invoke.VarHandle;

/**
 * The orderings between DMA memory and registers that a driver needs, named for where they stand in it.
 *
 * <p>{@link Mmio} orders its own accesses: a register store comes after every store to memory before it, and neither
 * register loads nor register stores are merged, dropped or reordered among themselves. These methods are for what
 * {@code Mmio} cannot see: the memory that the CPU and the device share.
 *
 * <p>What they rest on: x86-64 keeps loads in order among themselves and stores in order among themselves, so the first
 * two only hold the compiler back. On arm64 HotSpot emits {@code dmb ishst}, {@code dmb ishld} and {@code dmb ish},
 * which are inner-shareable; C drivers use the outer-shareable forms for devices, so arm64 is to be taken as unproven.
 * s390x keeps such orders in hardware, as x86-64 does.
 *
 * <p>Threads: static, thread-safe, and neither blocks nor allocates.
 */
public final class Barriers {

    private Barriers() {}

    /**
     * Stands between filling a descriptor and handing it to the device, whatever the doorbell is: a register, or an index
     * or ownership bit in memory that the device reads. The device then sees the descriptor whole. A doorbell rung with
     * {@code Mmio.write} includes it.
     *
     * <p>x86-64: compiler only. arm64: {@code dmb ish} (a store-store-and-load-store barrier has no form of its own).
     */
    public static void beforeDoorbell() {
        VarHandle.releaseFence();
    }

    /**
     * Stands between reading the sign of completion (a phase bit or an index in memory, or a status register) and reading
     * what the device has written before it. The later reads then see that data.
     *
     * <p>x86-64: compiler only. arm64: {@code dmb ishld}. Not needed after {@code getAcquire} or
     * {@code Mmio.read32Acquire}, which include it.
     */
    public static void afterCompletion() {
        VarHandle.acquireFence();
    }

    /**
     * Pushes stores out of the CPU's write-combining buffers and puts them before every later access. Linux maps BARs of
     * VFIO devices uncached, where nothing is combined; it is needed where a driver of its own maps a region
     * write-combined.
     *
     * <p>x86-64: a locked instruction, which drains the buffers as {@code sfence} does; about 20 cycles and the time to
     * drain. arm64: {@code dmb ish}, which orders but does not wait for the device; read a register back to wait.
     */
    public static void flushWriteCombining() {
        VarHandle.fullFence();
    }
}
