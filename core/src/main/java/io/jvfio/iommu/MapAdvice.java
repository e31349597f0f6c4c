// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Errno;
import io.jvfio.VfioException;

/** Says why a map failed, with the numbers of this process and this device. */
final class MapAdvice {

    private MapAdvice() {}

    /**
     * The failure with what is known about it.
     *
     * @param failure what the address space threw
     * @param needed how many bytes were to be mapped
     */
    static VfioException of(VfioException failure, AddressSpace space, long needed) {
        if (failure instanceof StillMappedException) {
            return failure;
        }
        String hint = switch (failure.errno()) {
            case Errno.ENOMEM -> locked(space.limits(), needed);
            case Errno.ENOSPC -> maps(space.limits());
            default -> "";
        };
        if (hint.isEmpty()) {
            return failure;
        }
        VfioException explained = new VfioException(failure.call(), failure.errno(), failure.subject(), hint);
        explained.initCause(failure);
        return explained;
    }

    /** No address for a device that cannot name all of them. */
    static IovaExhaustedException of(IovaExhaustedException failure, int bits) {
        if (bits == 64) {
            return failure;
        }
        IovaExhaustedException explained =
                new IovaExhaustedException(failure.getMessage() + "; the device has " + bits + " address bits");
        explained.initCause(failure);
        return explained;
    }

    private static String locked(Limits limits, long needed) {
        if (limits.lockedLimit() < 0) {
            return ""; // then it is the kernel that is short of memory
        }
        String used = limits.lockedUsed() < 0 ? "" : ", of which this process uses " + bytes(limits.lockedUsed());
        long wanted = Math.max(0, limits.lockedUsed()) + needed;
        return "this map needs " + bytes(needed) + " of locked memory; the limit is " + bytes(limits.lockedLimit())
                + used + ". Raise it to " + bytes(wanted) + " or more, by LimitMEMLOCK= in a systemd unit, memlock in"
                + " /etc/security/limits.conf or \"ulimit -l " + (wanted + 1023) / 1024
                + "\" in a root shell, or map less; CAP_IPC_LOCK exempts a process";
    }

    private static String maps(Limits limits) {
        String left = limits.mapsLeft() < 0 ? "" : " (" + limits.mapsLeft() + " left)";
        return "the container takes no more maps" + left + ": cut many buffers from one pool, raise"
                + " /sys/module/vfio_iommu_type1/parameters/dma_entry_limit, or use iommufd, which has no such limit";
    }

    /** {@code 8 MiB}, or exactly. */
    private static String bytes(long count) {
        if (count != 0 && count % (1 << 20) == 0) {
            return count / (1 << 20) + " MiB";
        }
        return count != 0 && count % 1024 == 0 ? count / 1024 + " KiB" : count + " bytes";
    }
}
