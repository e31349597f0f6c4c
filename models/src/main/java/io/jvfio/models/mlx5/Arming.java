// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

/**
 * Whether the next entry of a queue is told. One arming gives one notice, at once if there are entries that the driver
 * had not seen when it asked. Indexes have 24 bits and go round.
 *
 * <p>Threads: {@link #tell} and {@link #seen} from any thread, the rest one at a time.
 */
final class Arming {
    /** The bits of an index. */
    static final int MASK = 0xff_ffff;

    private boolean armed;

    /** Guarded by this, as the next. */
    private int seen;

    private boolean asked;

    /** The driver has come so far, and wants to be told of the next or not. */
    synchronized void tell(int index, boolean arm) {
        seen = index;
        asked |= arm;
    }

    /** How far the driver has come. */
    synchronized int seen() {
        return seen;
    }

    /**
     * Arms if that was asked for.
     *
     * @param producer how many entries there are
     * @return whether to tell at once
     */
    boolean settle(int producer) {
        synchronized (this) {
            if (!asked) {
                return false;
            }
            asked = false;
            armed = (producer - seen & MASK) == 0;
            return !armed;
        }
    }

    /** Arms by a word that the driver has left in memory. */
    void recover() {
        armed = true;
    }

    /** There is an entry; whether to tell. */
    boolean fire() {
        boolean told = armed;
        armed = false;
        return told;
    }

    boolean isArmed() {
        return armed;
    }
}
