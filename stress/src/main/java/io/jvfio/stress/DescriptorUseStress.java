// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A number is not closed, and so not given to another file, while a call uses it. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "used, then closed")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "closed, then refused")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "closed while it was used")
@State
public class DescriptorUseStress {
    private static final int REFUSED = 2;

    private final CountedCloses counted = new CountedCloses();

    /** For jcstress. */
    public DescriptorUseStress() {}

    /** A call. */
    @Actor
    public void use(I_Result result) {
        try {
            counted.descriptor.acquire();
        } catch (IllegalStateException closed) {
            result.r1 = REFUSED;
            return;
        }
        result.r1 = counted.closes;
        counted.descriptor.release();
    }

    /** Its owner. */
    @Actor
    public void close() {
        counted.descriptor.close();
    }
}
