// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.mmio;

import java.lang.foreign.MemorySegment;

public final class CallsRestrictedMethod {
    @SuppressWarnings("restricted")
    public MemorySegment at(long address) {
        return MemorySegment.ofAddress(address).reinterpret(8);
    }
}
