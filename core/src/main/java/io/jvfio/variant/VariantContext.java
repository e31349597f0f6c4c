// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.interrupt.InterruptControl;
import io.jvfio.iommu.Dma;
import io.jvfio.pci.ConfigSpace;
import java.util.Map;

/**
 * What a variant or a layer is given with the device below it. DMA memory and interrupts that it makes end with it, after
 * its own close.
 *
 * <p>Threads: thread-safe.
 */
public sealed interface VariantContext permits StoreyContext {

    /** The id under which it was found. */
    String id();

    /** What errors call the device. */
    String device();

    /** What the user asks of it, by name. What it does not know it refuses with {@link IllegalArgumentException}. */
    Map<String, String> options();

    /** The logger's name: {@code io.jvfio.variant.} and the id. */
    String logger();

    /** DMA memory of its own, which the device reaches. */
    Dma dma();

    /**
     * Interrupts of the device below. Whoever enables an index has it until he closes it; it takes the whole index and
     * hands out vectors by an interface of its own.
     */
    InterruptControl interrupts();

    /**
     * The config space of the device below; {@code modify} is one step for everybody in this process.
     */
    ConfigSpace config();

    /**
     * Runs code that accesses registers mapped from the device below, and makes a late fault appear inside; see {@code
     * PciDevice.guard}.
     *
     * @param body what to run, on this thread
     * @throws io.jvfio.device.DeviceGoneException if the device is gone
     */
    void guard(Runnable body);

    /**
     * Resets the function as its user would: from the top of the stack that this storey is in, so that it and all others
     * of the stack are told. Until the stack stands it is the device below that is reset. A storey calls it when its own
     * work on the device failed, and not while it is told of a reset.
     *
     * @throws io.jvfio.VfioException if the function cannot be reset, as {@code VfioDevice.reset} says
     */
    void reset();
}
