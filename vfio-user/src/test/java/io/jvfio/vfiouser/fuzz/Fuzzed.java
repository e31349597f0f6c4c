// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.fuzz;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A message as it is to be put on the wire.
 *
 * @param bytes on the heap: header and payload, as far as they are sent; a message whose header names more stays unfinished
 * @param fds how many descriptors go along with the first byte
 * @param cuts where the bytes are cut into pieces, ascending; empty for one piece
 * @param last whether the connection ends after it
 */
public record Fuzzed(MemorySegment bytes, int fds, List<Integer> cuts, boolean last) {
    /** Copies the list. */
    public Fuzzed {
        cuts = List.copyOf(cuts);
    }
}
