// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.MemoryFaults;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.FaultGuard;
import io.jvfio.pci.config.PciRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a failure of code that accesses registers means, by looking at the device.
 *
 * <p>HotSpot turns a SIGBUS at a mapped register into an {@link InternalError}, thrown at the thread's next safepoint
 * poll. Values that were read after the fault are unspecified, so any other failure of the code may be its consequence:
 * the pending error is forced out first.
 *
 * <p>Threads: thread-safe.
 */
final class Faults implements FaultGuard {
    private static final String CALL = "register access";

    private final VfioDevice device;
    private final SystemCalls calls;
    private final Lifecycle lifecycle;
    private final PowerControl power;
    private final String name;
    private final Runnable onGone;

    /**
     * For one device.
     *
     * @param onGone run each time that the device is found gone
     */
    Faults(
            VfioDevice device,
            SystemCalls calls,
            Lifecycle lifecycle,
            PowerControl power,
            String name,
            Runnable onGone) {
        this.device = device;
        this.calls = calls;
        this.lifecycle = lifecycle;
        this.power = power;
        this.name = name;
        this.onGone = onGone;
    }

    @Override
    public void settle() {
        long commandAndStatus = commandAndStatus();
        // A carrier in this process may have read without leaving Java.
        MemoryFaults.forceOut(calls);
        if (noAnswer(commandAndStatus)) {
            throw gone(null);
        }
    }

    @Override
    public RuntimeException explain(Throwable failure) {
        Throwable found = MemoryFaults.isFault(failure) ? failure : pendingOr(failure);
        if (found instanceof InternalError fault && MemoryFaults.isFault(fault)) {
            return faulted(fault);
        }
        if (found instanceof DeviceGoneException gone) {
            onGone.run();
            return gone;
        }
        if (found instanceof VfioException refused && refused.errno() == Errno.ENODEV) {
            return gone(refused);
        }
        if (found instanceof VfioException refused && refused.errno() == Errno.EIO) {
            return refused(refused);
        }
        if (found instanceof IllegalStateException closed && lifecycle.departed()) {
            return gone(closed);
        }
        return FaultGuard.passOn(found);
    }

    /** The fault that was pending when guarded code failed, or else the failure. */
    private Throwable pendingOr(Throwable failure) {
        if (failure instanceof VirtualMachineError) {
            return failure;
        }
        try {
            settle();
            return failure;
        } catch (InternalError | DeviceGoneException found) {
            if (failure instanceof DeviceGoneException
                    || found instanceof InternalError && !MemoryFaults.isFault(found)) {
                return failure;
            }
            found.addSuppressed(failure);
            return found;
        } catch (RuntimeException unrelated) {
            // The device cannot be asked, for example because it is closed: then the failure speaks for itself.
            return failure;
        }
    }

    private RuntimeException faulted(InternalError fault) {
        return switch (look()) {
            case GONE -> gone(fault);
            case DECODING_OFF -> new MmioFaultException(name, MmioFaultException.Reason.DECODING_OFF, fault);
            case LOW_POWER -> new MmioFaultException(name, MmioFaultException.Reason.LOW_POWER, fault);
            case PRESENT -> new MmioFaultException(name, MmioFaultException.Reason.PASSED, fault);
        };
    }

    /** EIO: the kernel gives it for registers of a device that is gone, or sleeps, or does not decode. */
    private RuntimeException refused(VfioException refused) {
        return switch (look()) {
            case GONE -> gone(refused);
            case DECODING_OFF -> new MmioFaultException(name, MmioFaultException.Reason.DECODING_OFF, refused);
            case LOW_POWER -> new MmioFaultException(name, MmioFaultException.Reason.LOW_POWER, refused);
            case PRESENT -> refused;
        };
    }

    /** What config space, which always answers while the device is there, says of it. */
    private enum Finding {
        GONE,
        DECODING_OFF,
        LOW_POWER,
        PRESENT
    }

    private Finding look() {
        try {
            long commandAndStatus = commandAndStatus();
            long vendor =
                    device.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.VENDOR_ID, Short.BYTES);
            if (noAnswer(commandAndStatus) || vendor == PciRegisters.NO_ANSWER_16) {
                return Finding.GONE;
            }
            if ((commandAndStatus & PciRegisters.COMMAND_MEMORY) == 0) {
                return Finding.DECODING_OFF;
            }
            return power.state() == PowerState.D0 ? Finding.PRESENT : Finding.LOW_POWER;
        } catch (VfioException e) {
            return Finding.GONE;
        } catch (IllegalStateException closed) {
            return lifecycle.departed() ? Finding.GONE : Finding.PRESENT;
        }
    }

    private DeviceGoneException gone(@Nullable Throwable cause) {
        onGone.run();
        return cause == null ? lifecycle.gone(CALL) : new DeviceGoneException(CALL, name, cause);
    }

    /** COMMAND in the low half and STATUS in the high half; both are one read, and neither can be all ones. */
    private long commandAndStatus() {
        return device.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.COMMAND, Integer.BYTES);
    }

    private static boolean noAnswer(long commandAndStatus) {
        return commandAndStatus >>> Short.SIZE == PciRegisters.NO_ANSWER_16;
    }
}
