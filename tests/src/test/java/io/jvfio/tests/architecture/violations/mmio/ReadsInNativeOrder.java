// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.mmio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

public final class ReadsInNativeOrder {
    private static final ValueLayout.OfInt LE_INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    public int right(MemorySegment segment) {
        return segment.get(LE_INT, 0);
    }

    public int wrong(MemorySegment segment) {
        return segment.get(ValueLayout.JAVA_INT, 0);
    }
}
