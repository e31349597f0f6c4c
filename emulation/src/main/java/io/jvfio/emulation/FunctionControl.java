// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.pci.config.ConfigHook;
import io.jvfio.pci.config.PciRegisters;

/**
 * What the command register, the power state and the request for a function-level reset mean for the device.
 *
 * <p>Threads: thread-safe.
 */
final class FunctionControl {
    private final ModelDma dma;
    private final ModelInterrupts interrupts;

    /** Written under the lock of config space. */
    private int command;

    private boolean awake = true;

    private volatile boolean memory;
    private volatile boolean ports;
    private volatile boolean resetAsked;

    FunctionControl(ModelDma dma, ModelInterrupts interrupts) {
        this.dma = dma;
        this.interrupts = interrupts;
    }

    /** Whether memory BARs answer. */
    boolean memory() {
        return memory;
    }

    /** Whether I/O port BARs answer. */
    boolean ports() {
        return ports;
    }

    /** Whether a function-level reset was asked for since the last call. */
    boolean takeResetRequest() {
        if (!resetAsked) {
            return false;
        }
        resetAsked = false;
        return true;
    }

    /** The command register has this value, in full power: after open and after a reset. */
    void restart(int value) {
        command = value;
        awake = true;
        apply();
    }

    private void apply() {
        memory = awake && (command & PciRegisters.COMMAND_MEMORY) != 0;
        ports = awake && (command & PciRegisters.COMMAND_IO) != 0;
        dma.busMaster(awake && (command & PciRegisters.COMMAND_MASTER) != 0);
        interrupts.line().disabled((command & PciRegisters.COMMAND_INTX_DISABLE) != 0);
    }

    /** Of the command and status registers. */
    ConfigHook command() {
        return new ConfigHook() {
            @Override
            public int read(int offset, int value) {
                return interrupts.line().isHigh() ? value | PciRegisters.STATUS_INTERRUPT << Short.SIZE : value;
            }

            @Override
            public int written(int offset, int before, int after, int started) {
                command = after & 0xffff;
                apply();
                return after;
            }
        };
    }

    /** Of the power management control register. */
    ConfigHook power() {
        return new ConfigHook() {
            @Override
            public int written(int offset, int before, int after, int started) {
                awake = (after & PciRegisters.POWER_STATE_MASK) == 0;
                apply();
                return after;
            }
        };
    }

    /** Of the PCIe device control register. */
    ConfigHook express() {
        return new ConfigHook() {
            @Override
            public int written(int offset, int before, int after, int started) {
                if ((started & PciRegisters.EXPRESS_RESET) != 0) {
                    resetAsked = true;
                }
                return after;
            }
        };
    }

    /** Of the MSI-X message control register, in the upper half of its four bytes. */
    ConfigHook msix() {
        return new ConfigHook() {
            @Override
            public int written(int offset, int before, int after, int started) {
                MsixTable table = interrupts.table();
                if (table != null && ((before ^ after) & PciRegisters.MSIX_FUNCTION_MASK << Short.SIZE) != 0) {
                    table.functionMask((after & PciRegisters.MSIX_FUNCTION_MASK << Short.SIZE) != 0);
                }
                return after;
            }
        };
    }
}
