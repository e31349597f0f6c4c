// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.ring.ConsumerRing;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A slot that is taken has in it what was written before its bit, not what the round before had left there. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "not there yet")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "taken whole")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "taken with what was there before")
@State
public class RingTakeStress {
    private static final int SLOT = 16;
    private static final Word64 VALUE = Word64.at(0);
    private static final Word32 STATUS = Word32.at(12);
    private static final Field PHASE = Field.bit(16);

    private final MemorySegment memory = MemorySegment.ofArray(new long[2]);
    private final ConsumerRing ring = ConsumerRing.of(memory, SLOT, STATUS, PHASE, 1);

    /** The first round of a ring of one slot is over. */
    public RingTakeStress() {
        VALUE.set(memory, 1);
        STATUS.set(memory, PHASE.set(0, 1));
        if (!ring.next()) {
            throw new IllegalStateException("the first round is not seen");
        }
    }

    /** The device. */
    @Actor
    public void fill() {
        VALUE.set(memory, 2);
        STATUS.publish(memory, 0, 0);
    }

    /** The driver. */
    @Actor
    public void take(I_Result result) {
        result.r1 = ring.next() ? (int) VALUE.of(memory, ring.slot()) : 0;
    }
}
