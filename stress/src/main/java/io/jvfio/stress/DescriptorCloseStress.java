// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A descriptor is closed once, and whoever has closed it can rely on that. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "once")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "not yet, or twice")
@State
public class DescriptorCloseStress {
    private final CountedCloses counted = new CountedCloses();

    /** For jcstress. */
    public DescriptorCloseStress() {}

    /** One owner. */
    @Actor
    public void close(II_Result result) {
        counted.descriptor.close();
        result.r1 = counted.closes;
    }

    /** Another. */
    @Actor
    public void closeAgain(II_Result result) {
        counted.descriptor.close();
        result.r2 = counted.closes;
    }
}
