// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import io.jvfio.iommu.DmaMapping;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who finds a map finds it whole, and known to the carrier. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "not there yet")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "found")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "found half made")
@State
public class DmaFindStress {
    private static final int HALF_MADE = 2;

    private final CountedMaps counted = new CountedMaps();

    /** For jcstress. */
    public DmaFindStress() {}

    /** The driver maps. */
    @Actor
    public void map() {
        counted.mapSecondPage();
    }

    /** Another thread looks. */
    @Actor
    public void find(I_Result result) {
        DmaMapping found = counted.registry.mappings().find(CountedMaps.PAGE);
        if (found != null) {
            boolean whole = found.length() == CountedMaps.PAGE && found.label().equals(CountedMaps.LABEL);
            result.r1 = whole && counted.maps == 1 ? 1 : HALF_MADE;
        }
    }
}
