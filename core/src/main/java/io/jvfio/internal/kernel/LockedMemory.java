// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.internal.sys.ResourceLimit;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.Limits;

/** The limit on locked memory, as pinning for DMA counts against it. Threads: stateless. */
final class LockedMemory {
    private LockedMemory() {}

    /** The limits of an address space, with this process's limit on locked memory. */
    static Limits limits(SystemCalls sys, long pageSizes, long mapsLeft) {
        boolean exempt = ProcSelf.hasCapability(ProcSelf.CAP_IPC_LOCK);
        // RLIM_INFINITY is all ones, which is -1 here too.
        long limit = exempt ? -1 : ResourceLimit.memlock(sys).soft();
        // type1 counts into VmLck, iommufd into VmPin.
        return new Limits(pageSizes, mapsLeft, limit, ProcSelf.lockedBytes() + ProcSelf.pinnedBytes());
    }
}
