// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.mmio.RegisterPort;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Config space as a storey shows it: that of the device below, with an overlay if there is one; and who hears of the
 * resets that a write asks for.
 *
 * <p>Threads: thread-safe.
 */
final class ShownConfig implements RegisterPort {
    private static final int REGION = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;

    private final VfioDevice below;
    private final @Nullable LiveOverlay overlay;
    private final Consumer<ResetCause> onReset;
    private volatile @Nullable ResetWrites resetWrites;

    /**
     * The config space of a device.
     *
     * @param overlay what is laid over it
     * @param onReset told of a reset after the write that did it
     * @throws IllegalArgumentException if the overlay does not fit the device
     */
    ShownConfig(VfioDevice below, ConfigOverlay overlay, Consumer<ResetCause> onReset) {
        this.below = below;
        this.overlay = overlay.isEmpty() ? null : new LiveOverlay(below, overlay);
        this.onReset = onReset;
    }

    /** Whether it differs from that below. */
    boolean overlaid() {
        return overlay != null;
    }

    @Override
    public long read(long offset, int width) {
        return overlay == null ? below.readRegister(REGION, offset, width) : overlay.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        ResetWrites writes = resetWrites();
        if (overlay == null) {
            below.writeRegister(REGION, offset, width, value);
        } else {
            overlay.write(offset, width, value);
        }
        written(writes, offset, width, value);
    }

    @Override
    public long modify(long offset, int width, long mask, long value) {
        ResetWrites writes = resetWrites();
        long old = overlay == null
                ? below.modifyRegister(REGION, offset, width, mask, value)
                : overlay.modify(offset, width, mask, value);
        written(writes, offset, width, old & ~mask | value & mask);
        return old;
    }

    /** The function has its power-on state again. */
    void wasReset() {
        ResetWrites writes = resetWrites;
        if (writes != null) {
            writes.wasReset();
        }
        if (overlay != null) {
            overlay.reset();
        }
    }

    /** Tells of a write that has been done, and looks whether it reset the function. */
    private void written(ResetWrites writes, long offset, int width, long value) {
        try {
            if (overlay != null) {
                overlay.tell(offset, width, value);
            }
        } finally {
            ResetCause cause =
                    writes.written(offset, width, value, overlay == null ? -1 : overlay.passing(offset, width));
            if (cause != null) {
                onReset.accept(cause);
            }
        }
    }

    /** Found before the first write is done: a function that is being reset has no registers to find. */
    private ResetWrites resetWrites() {
        ResetWrites writes = resetWrites;
        if (writes == null) {
            writes = new ResetWrites(below);
            resetWrites = writes;
        }
        return writes;
    }
}
