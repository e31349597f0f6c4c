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
        config.header()
                .allow(PciRegisters.BIST, 1, -1, FieldAccess.RO)
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
                .allow(PciRegisters.COMMAND, 2, ~writable, FieldAccess.RO)
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

    /** Of version 3, without PME and without the data register. */
    private void power() {
        int control = config.knownCapability(PciRegisters.CAP_POWER, 3) + PciRegisters.POWER_CONTROL;
        config.value(control, 2, PciRegisters.POWER_NO_SOFT_RESET)
                .allow(control, 2, ~PciRegisters.POWER_STATE_MASK, FieldAccess.RO)
                .hook(control, 4, this.control.power());
    }

    /** With addresses of 64 bits and without extended data. */
    private void msi(int vectors) {
        int capable = Integer.numberOfTrailingZeros(vectors) << 1;
        int at = config.knownCapability(PciRegisters.CAP_MSI, PciRegisters.MSI_64 | capable);
        config.allow(at + PciRegisters.MESSAGE_CONTROL, 2, PciRegisters.MSI_EXTENDED_DATA, FieldAccess.RO);
    }

    private void msix(MsixLayout layout) {
        int at = config.knownCapability(PciRegisters.CAP_MSIX, layout.vectors() - 1);
        config.value(at + PciRegisters.MSIX_TABLE, 4, layout.tableOffset() | layout.tableBar())
                .value(at + PciRegisters.MSIX_PENDING, 4, layout.pendingOffset() | layout.pendingBar())
                .hook(at, 4, control.msix());
    }

    /**
     * A PCIe endpoint of version 2 that can be reset by itself, at 2.5 GT/s in one lane: nothing of its link's clock,
     * width and speed can be chosen, and of the second device control nothing but the completion timeout. PCIe has no
     * latency timer.
     */
    private void express() {
        int at = config.knownCapability(PciRegisters.CAP_EXPRESS, 2);
        int deviceControl = at + PciRegisters.EXPRESS_DEVICE_CONTROL;
        int lane = 1 << 4 | 1;
        config.allow(PciRegisters.LATENCY_TIMER, 1, -1, FieldAccess.RO)
                .value(at + PciRegisters.EXPRESS_DEVICE_CAPABILITIES, 4, 1 << 28 | 1 << 15)
                .value(deviceControl, 2, 0x2810)
                .hook(deviceControl, 4, control.express())
                .value(at + PciRegisters.EXPRESS_LINK_CAPABILITIES, 4, lane)
                .allow(at + PciRegisters.EXPRESS_LINK_CONTROL, 2, 0x1300, FieldAccess.RO)
                .value(at + PciRegisters.EXPRESS_LINK_STATUS, 2, lane)
                .allow(at + PciRegisters.EXPRESS_DEVICE_CONTROL_2, 2, ~0x1f, FieldAccess.RO)
                .allow(at + PciRegisters.EXPRESS_LINK_CONTROL_2, 2, -1, FieldAccess.RO);
    }
}
