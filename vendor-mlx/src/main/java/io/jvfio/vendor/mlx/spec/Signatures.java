// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The sums that mlx5 signs its command structures with. Threads: stateless. */
final class Signatures {
    private Signatures() {}

    /** All bytes of a range, joined by exclusive or. */
    static int xor(MemorySegment memory, long start, long length) {
        int sum = 0;
        for (long at = start; at < start + length; at++) {
            sum ^= memory.get(ValueLayout.JAVA_BYTE, at);
        }
        return sum & 0xff;
    }
}
