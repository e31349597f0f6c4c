// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.internal.sys.Abi;

/** Whether the CPU reaches BARs by loads and stores. Threads: stateless. */
final class BarMemory {
    private BarMemory() {}

    /**
     * False on s390x, where PCI has instructions of its own: a load from a mapped BAR ends the process with SIGILL,
     * although the kernel flags the region as mappable.
     */
    static boolean addressable() {
        return !Abi.host().architecture().equals("s390x");
    }
}
