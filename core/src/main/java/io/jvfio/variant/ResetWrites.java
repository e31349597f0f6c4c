// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VfioDevice;
import io.jvfio.pci.config.CapabilityChain;
import io.jvfio.pci.config.CapabilityHeader;
import io.jvfio.pci.config.ConfigView;
import io.jvfio.pci.config.PciRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Tells which writes to config space reset a function: the function level resets of PCIe and of Advanced Features, and
 * waking up from D3hot where that resets. Which registers those are is looked up at the first write.
 *
 * <p>Threads: thread-safe.
 */
final class ResetWrites {
    private static final int EXPRESS_FLR_CAPABLE = 1 << 28;
    private static final int CAP_ADVANCED_FEATURES = 0x13;
    private static final int AF_CAPABILITIES = 3;
    private static final int AF_FLR_CAPABLE = 1 << 1;
    private static final int AF_CONTROL = 4;
    private static final int AF_INITIATE = 1;
    private static final int D3_HOT = 3;

    private final int express;
    private final int af;
    private final int power;
    private volatile int state;

    /** Looks at a device; the state it is in is that of the time of this call. */
    ResetWrites(VfioDevice device) {
        ConfigView view = new ConfigBelow(device);
        CapabilityChain chain = CapabilityChain.standard(view);
        int pcie = offset(chain, PciRegisters.CAP_EXPRESS);
        express = pcie != 0 && (view.read32(pcie + PciRegisters.EXPRESS_DEVICE_CAPABILITIES) & EXPRESS_FLR_CAPABLE) != 0
                ? pcie + PciRegisters.EXPRESS_DEVICE_CONTROL + 1
                : 0;
        int advanced = offset(chain, CAP_ADVANCED_FEATURES);
        af = advanced != 0 && (view.read8(advanced + AF_CAPABILITIES) & AF_FLR_CAPABLE) != 0
                ? advanced + AF_CONTROL
                : 0;
        int management = offset(chain, PciRegisters.CAP_POWER);
        power = management != 0
                        && (view.read16(management + PciRegisters.POWER_CONTROL) & PciRegisters.POWER_NO_SOFT_RESET)
                                == 0
                ? management + PciRegisters.POWER_CONTROL
                : 0;
        state = power == 0 ? 0 : view.read8(power) & PciRegisters.POWER_STATE_MASK;
    }

    private static int offset(CapabilityChain chain, int id) {
        return chain.capabilities().stream()
                .filter(each -> each.id() == id)
                .mapToInt(CapabilityHeader::offset)
                .findFirst()
                .orElse(0);
    }

    /**
     * What a write that has been done did to the function.
     *
     * @param offset of the access
     * @param width of the access
     * @param value all that was written
     * @param passed the bits of it that the device has got
     * @return null if it was no reset
     */
    @Nullable ResetCause written(long offset, int width, long value, long passed) {
        if (express != 0
                && touches(offset, width, express)
                && (at(offset, value & passed, express) & PciRegisters.EXPRESS_RESET >> Byte.SIZE) != 0) {
            return ResetCause.EXPRESS_FLR;
        }
        if (af != 0 && touches(offset, width, af) && (at(offset, value & passed, af) & AF_INITIATE) != 0) {
            return ResetCause.AF_FLR;
        }
        if (power == 0
                || !touches(offset, width, power)
                || (at(offset, ~passed, power) & PciRegisters.POWER_STATE_MASK) != 0) {
            return null;
        }
        int before = state;
        int after = at(offset, value, power) & PciRegisters.POWER_STATE_MASK;
        if (before == D3_HOT && after != 0) {
            return null; // From there it goes nowhere but to D0.
        }
        state = after;
        return before == D3_HOT ? ResetCause.POWER : null;
    }

    /** After any reset the function is awake. */
    void wasReset() {
        state = 0;
    }

    private static boolean touches(long offset, int width, int register) {
        return offset <= register && register < offset + width;
    }

    private static int at(long offset, long value, int register) {
        return (int) (value >>> (register - offset) * Byte.SIZE & 0xff);
    }
}
