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
import org.openjdk.jcstress.infra.results.I_Result;

/** A slot that was given back is filled again after the other side has read it. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "read before it was filled again")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "filled while it was read")
@State
public class RingReuseStress {
    private static final int SLOT = 16;
    private static final Word64 VALUE = Word64.at(0);

    /** After the slot. */
    private static final Word32 HEAD = Word32.at(SLOT);

    private final MemorySegment memory = MemorySegment.ofArray(new long[3]);
    private final ProducerRing ring = ProducerRing.of(1, SLOT);

    /** A full ring of one slot. */
    public RingReuseStress() {
        VALUE.set(memory, ring.next(), 1);
        ring.post();
    }

    /** The device. */
    @Actor
    public void read(I_Result result) {
        result.r1 = (int) VALUE.of(memory);
        HEAD.publish(memory, 0, 1);
    }

    /** The driver. */
    @Actor
    public void refill() {
        if (HEAD.acquire(memory, 0) == 1) {
            ring.release();
            VALUE.set(memory, ring.next(), 2);
            ring.post();
        }
    }
}
