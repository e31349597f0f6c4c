// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.interrupt.EnableBit;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.pci.config.PciRegisters;
import org.jspecify.annotations.Nullable;

/**
 * The enable bits of interrupts in config space. The kernel sets the real ones itself and ignores what is written here;
 * a device server tells by them whether its client has interrupts on.
 *
 * <p>Threads: thread-safe.
 */
final class InterruptEnable implements EnableBit {
    private final ConfigSpace config;

    /** The type whose bit is on. Guarded by the lock of config space. */
    private @Nullable InterruptType enabled;

    InterruptEnable(ConfigSpace config) {
        this.config = config;
    }

    @Override
    public void set(InterruptType type, boolean on) {
        config.lock().lock();
        try {
            enabled = on ? type : null;
            write(type, on);
        } finally {
            config.lock().unlock();
        }
    }

    /** Writes the bit again after a reset, which may have cleared it. The caller holds the lock of config space. */
    void reapply() {
        InterruptType type = enabled;
        if (type != null) {
            write(type, true);
        }
    }

    private void write(InterruptType type, boolean on) {
        switch (type) {
            case INTX -> {
                // Off by eventfd is enough for INTx; the bit stays clear, as it is after a reset.
                if (on) {
                    config.modify16(PciRegisters.COMMAND, PciRegisters.COMMAND_INTX_DISABLE, 0);
                }
            }
            case MSI -> messageControl(PciRegisters.CAP_MSI, PciRegisters.MSI_ENABLE, on);
            case MSIX -> messageControl(PciRegisters.CAP_MSIX, PciRegisters.MSIX_ENABLE, on);
        }
    }

    private void messageControl(int capabilityId, int bit, boolean on) {
        config.capability(capabilityId)
                .ifPresent(at -> config.modify16(at + PciRegisters.MESSAGE_CONTROL, bit, on ? bit : 0));
    }
}
