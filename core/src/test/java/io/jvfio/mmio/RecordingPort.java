// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import java.util.ArrayList;
import java.util.List;

/** A port that remembers every access and answers reads with one value. */
final class RecordingPort implements RegisterPort {
    final List<String> accesses = new ArrayList<>();
    long answer;

    @Override
    public long read(long offset, int width) {
        accesses.add("read" + 8 * width + " 0x" + Long.toHexString(offset));
        return width == 8 ? answer : answer & ((1L << 8 * width) - 1);
    }

    @Override
    public void write(long offset, int width, long value) {
        long kept = width == 8 ? value : value & ((1L << 8 * width) - 1);
        accesses.add("write" + 8 * width + " 0x" + Long.toHexString(offset) + " 0x" + Long.toHexString(kept));
    }
}
