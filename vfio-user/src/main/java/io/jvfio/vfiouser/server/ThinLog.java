// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * The log of a server as far as its clients can provoke what is written: each text at most once a second, with how often it
 * was left out since.
 *
 * <p>Threads: thread-safe.
 */
final class ThinLog {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

    private final LongSupplier clock;
    private final BiConsumer<String, Throwable> writer;

    /** By text, of which there are few: none has anything in it that a client says. Guarded by itself. */
    private final Map<String, Written> lines = new HashMap<>();

    /** When a text was written last, and how often it was left out since. */
    private record Written(long at, long leftOut) {}

    ThinLog() {
        this(System::nanoTime, (text, failure) -> LOG.log(System.Logger.Level.WARNING, text, failure));
    }

    /** With another clock, in nanoseconds, and somewhere else. */
    ThinLog(LongSupplier clock, BiConsumer<String, Throwable> writer) {
        this.clock = clock;
        this.writer = writer;
    }

    /**
     * Warns of a defect, unless that was done a moment ago. Throws nothing, also if there is no memory left.
     *
     * @param what a text of the server's own
     */
    void warn(String what, Throwable failure) {
        try {
            long leftOut = leftOut(what);
            if (leftOut >= 0) {
                writer.accept(leftOut == 0 ? what : what + " (and " + leftOut + " times before, not shown)", failure);
            }
        } catch (VirtualMachineError again) {
            // There is not even the memory to say so.
        }
    }

    /** How often the text was left out since it was written last, or -1 if it is to be left out now. */
    private long leftOut(String what) {
        long now = clock.getAsLong();
        synchronized (lines) {
            Written last = lines.get(what);
            if (last != null && now - last.at < INTERVAL) {
                lines.put(what, new Written(last.at, last.leftOut + 1));
                return -1;
            }
            lines.put(what, new Written(now, 0));
            return last == null ? 0 : last.leftOut;
        }
    }
}
