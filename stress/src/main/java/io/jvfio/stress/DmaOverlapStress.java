// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Of two that want the same addresses one gets them. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "one map, one refused")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "mapped twice, or not at all")
@State
public class DmaOverlapStress {
    private final CountedMaps counted = new CountedMaps();
    private volatile boolean refused;
    private volatile boolean refusedToo;

    /** For jcstress. */
    public DmaOverlapStress() {}

    /** One. */
    @Actor
    public void map() {
        refused = isRefused();
    }

    /** The other. */
    @Actor
    public void mapToo() {
        refusedToo = isRefused();
    }

    private boolean isRefused() {
        try {
            counted.mapSecondPage();
            return false;
        } catch (RuntimeException overlap) {
            return true;
        }
    }

    /** After both. */
    @Arbiter
    public void count(II_Result result) {
        result.r1 = counted.maps;
        result.r2 = (refused ? 1 : 0) + (refusedToo ? 1 : 0);
    }
}
