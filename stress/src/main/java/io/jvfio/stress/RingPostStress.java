// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.ring.ProducerRing;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** One store that tells of a batch comes after those into all of its slots. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "not told yet")
@Outcome(id = "2, 3", expect = Expect.ACCEPTABLE, desc = "told of both, and both are there")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "told of what is not there")
@State
public class RingPostStress {
    private static final int SLOT = 16;
    private static final Word64 VALUE = Word64.at(0);

    /** After the slots. */
    private static final Word32 POSTED = Word32.at(2 * SLOT);

    private final MemorySegment memory = MemorySegment.ofArray(new long[5]);
    private final ProducerRing ring = ProducerRing.of(2, SLOT);

    /** For jcstress. */
    public RingPostStress() {}

    /** The driver. */
    @Actor
    public void post() {
        for (int value = 1; ring.free() > 0; value++) {
            VALUE.set(memory, ring.next(), value);
            ring.post();
        }
        POSTED.publish(memory, 0, ring.posted());
        ring.told();
    }

    /** The device. */
    @Actor
    public void look(II_Result result) {
        result.r1 = POSTED.acquire(memory, 0);
        for (int slot = 0; slot < result.r1; slot++) {
            result.r2 += (int) VALUE.of(memory, (long) slot * SLOT);
        }
    }
}
