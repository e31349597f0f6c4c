// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

/**
 * What is known of an interrupt index ({@code struct vfio_irq_info}).
 *
 * <p>Threads: immutable.
 *
 * @param index the interrupt index
 * @param flags {@code VFIO_IRQ_INFO_*}
 * @param count how many vectors there are; 0 if the index does not exist
 */
public record IrqInfo(int index, int flags, int count) {

    /** What is known of an index that does not exist. */
    public static IrqInfo absent(int index) {
        return new IrqInfo(index, 0, 0);
    }

    /** Whether vectors are delivered to eventfds. */
    public boolean eventfd() {
        return (flags & VfioPci.VFIO_IRQ_INFO_EVENTFD) != 0;
    }

    /** Whether mask and unmask requests are allowed. */
    public boolean maskable() {
        return (flags & VfioPci.VFIO_IRQ_INFO_MASKABLE) != 0;
    }

    /** Whether each interrupt masks itself until it is unmasked (INTx). */
    public boolean automasked() {
        return (flags & VfioPci.VFIO_IRQ_INFO_AUTOMASKED) != 0;
    }

    /** Whether vectors may be added while the index is enabled; if not, enable once with all that are needed. */
    public boolean resizable() {
        return (flags & VfioPci.VFIO_IRQ_INFO_NORESIZE) == 0;
    }
}
