// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

/**
 * Finds out when a rate has stopped to rise: compilers make code faster in steps, and a machine's noise goes up and down.
 *
 * <p>Threads: one at a time.
 */
final class Steadiness {
    private final double share;
    private final int looks;
    private double best;
    private int withoutGain;

    /**
     * Nothing is known yet.
     *
     * @param share a gain of less than this share of the best is none
     * @param looks so many rates without a gain make it steady
     */
    Steadiness(double share, int looks) {
        this.share = share;
        this.looks = looks;
    }

    /** Takes one rate more, and says whether it is steady. */
    boolean steadyWith(double rate) {
        if (rate > best * (1 + share)) {
            best = rate;
            withoutGain = 0;
        } else {
            best = Math.max(best, rate);
            withoutGain++;
        }
        return best > 0 && withoutGain >= looks;
    }
}
