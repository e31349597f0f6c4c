// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.mmio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

public final class NeverFrees {
    public MemorySegment some() {
        return Arena.ofAuto().allocate(8);
    }

    public MemorySegment more() {
        return Arena.global().allocate(8);
    }
}
