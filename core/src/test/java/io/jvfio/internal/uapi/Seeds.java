// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/** Seeds for property tests: new ones in each run, shown in the test's name; {@code -Djvfio.seed=N} replays one. */
final class Seeds {
    private Seeds() {}

    /** Returns {@code count} seeds, or the one to replay. */
    static LongStream of(int count) {
        Long replayed = Long.getLong("jvfio.seed");
        return replayed != null
                ? LongStream.of(replayed)
                : RandomGenerator.getDefault().longs(count);
    }
}
