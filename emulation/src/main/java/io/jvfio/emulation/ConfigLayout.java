// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.pci.config.ConfigRules;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.pci.config.PciRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Lays out the registers that every function has, from what a model says of itself.
 *
 * <p>Threads: one at a time.
 */
final class ConfigLayout {
    private final ConfigRules.Builder config;
    private final FunctionControl control;

    ConfigLayout(ConfigRules.Builder config, FunctionControl control) {
        this.config = config;
        this.control = control;
    }

    /** The read-only part of the header, so that the model sees it at once. */
    static void identity(ConfigRules.Builder config, PciIdentity function) {
        config.value(PciRegisters.VENDOR_ID, 2, function.vendor())
                .value(PciRegisters.DEVICE_ID, 2, function.device())
                .value(PciRegisters.REVISION_ID, 1, function.revision())
                .value(PciRegisters.CLASS_CODE, 1, function.classCode())
                .value(PciRegisters.CLASS_CODE + 1, 2, function.classCode() >>> Byte.SIZE)
                .value(PciRegisters.SUBSYSTEM_VENDOR_ID, 2, function.subsystemVendor())
                .value(PciRegisters.SUBSYSTEM_ID, 2, function.subsystem());
    }

    /** Adds everything else. */
    void build(@Nullable BarSetup[] bars, long romSize, InterruptKinds kinds, PciIdentity function) {
        header(kinds.pin());
        int decoding = 0;
        for (BarSetup bar : bars) {
            if (bar != null) {
                bar(bar);
                decoding |= bar.isPorts() ? PciRegisters.COMMAND_IO : PciRegisters.COMMAND_MEMORY;
            }
        }
        if (romSize != 0) {
            config.allow(PciRegisters.ROM_ADDRESS, 4, (int) -romSize | 1, FieldAccess.RW);
        }
        command(decoding);
        if (function.express()) {
            power();
        }
        if (kinds.msiVectors() != 0) {
            msi(kinds.msiVectors());
        }
        MsixLayout msix = kinds.msix();
        if (msix != null) {
            msix(msix);
        }
        if (function.express()) {
            express();
        }
        control.restart(decoding);
    }

    private void header(boolean pin) {
        config.allow(0x0c, 1, 0xff, FieldAccess.RW)
                .allow(PciRegisters.LATENCY_TIMER, 1, 0xff, FieldAccess.RW)
                .allow(PciRegisters.INTERRUPT_LINE, 1, 0xff, FieldAccess.RW)
                .value(PciRegisters.INTERRUPT_PIN, 1, pin ? 1 : 0);
    }

    /** Decoding is on from the start, as the kernel leaves it for who opens a device. */
    private void command(int decoding) {
        int writable = decoding
                | PciRegisters.COMMAND_MASTER
                | PciRegisters.COMMAND_PARITY
                | PciRegisters.COMMAND_SERR
                | PciRegisters.COMMAND_INTX_DISABLE;
        config.value(PciRegisters.COMMAND, 2, decoding)
                .allow(PciRegisters.COMMAND, 2, writable, FieldAccess.RW)
                .allow(PciRegisters.STATUS, 2, 0xf900, FieldAccess.RW1C)
                .hook(PciRegisters.COMMAND, 4, control.command());
    }

    /** Writing ones tells the size: the bits below it stay as they are. */
    private void bar(BarSetup bar) {
        int at = PciRegisters.BAR0 + Integer.BYTES * bar.index();
        config.value(at, 4, bar.flags()).allow(at, 4, (int) -bar.size(), FieldAccess.RW);
        if (bar.isWide()) {
            config.allow(at + 4, 4, (int) (-bar.size() >>> Integer.SIZE), FieldAccess.RW);
        }
    }

    private void power() {
        int at = config.capability(PciRegisters.CAP_POWER, 8);
        config.value(at + PciRegisters.POWER_CAPABILITIES, 2, 3)
                .value(at + PciRegisters.POWER_CONTROL, 2, PciRegisters.POWER_NO_SOFT_RESET)
                .allow(at + PciRegisters.POWER_CONTROL, 2, PciRegisters.POWER_STATE_MASK, FieldAccess.RW)
                .hook(at + PciRegisters.POWER_CONTROL, 4, control.power());
    }

    private void msi(int vectors) {
        int at = config.capability(PciRegisters.CAP_MSI, 14);
        int capable = Integer.numberOfTrailingZeros(vectors) << 1;
        config.value(at + PciRegisters.MESSAGE_CONTROL, 2, PciRegisters.MSI_64 | capable)
                .allow(at + PciRegisters.MESSAGE_CONTROL, 2, PciRegisters.MSI_ENABLE | 7 << 4, FieldAccess.RW)
                .allow(at + 4, 4, ~3, FieldAccess.RW)
                .allow(at + 8, 4, -1, FieldAccess.RW)
                .allow(at + 12, 2, -1, FieldAccess.RW);
    }

    private void msix(MsixLayout layout) {
        int at = config.capability(PciRegisters.CAP_MSIX, 12);
        config.value(at + PciRegisters.MESSAGE_CONTROL, 2, layout.vectors() - 1)
                .allow(
                        at + PciRegisters.MESSAGE_CONTROL,
                        2,
                        PciRegisters.MSIX_ENABLE | PciRegisters.MSIX_FUNCTION_MASK,
                        FieldAccess.RW)
                .value(at + PciRegisters.MSIX_TABLE, 4, layout.tableOffset() | layout.tableBar())
                .value(at + PciRegisters.MSIX_PENDING, 4, layout.pendingOffset() | layout.pendingBar())
                .hook(at, 4, control.msix());
    }

    /** A PCIe endpoint of version 2 that can be reset by itself, at 2.5 GT/s in one lane. */
    private void express() {
        int at = config.capability(PciRegisters.CAP_EXPRESS, 0x3c);
        int deviceControl = at + 8;
        config.value(at + 2, 2, 2)
                .value(at + 4, 4, 1 << 28 | 1 << 15)
                .value(deviceControl, 2, 0x2810)
                .allow(deviceControl, 2, 0x7fff, FieldAccess.RW)
                .allow(deviceControl, 2, 1 << 15, FieldAccess.RW1S)
                .allow(at + 10, 2, 0xf, FieldAccess.RW1C)
                .hook(deviceControl, 4, control.express())
                .value(at + 12, 4, 1 << 4 | 1)
                .allow(at + 16, 2, 0xdb, FieldAccess.RW)
                .value(at + 18, 2, 1 << 4 | 1)
                .allow(at + 40, 2, 0x1f, FieldAccess.RW);
    }
}
