// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaPin;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Memory is not taken from the device, and so not freed, while a transfer has it pinned. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "pinned, then unmapped")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "unmapped, then not found")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "unmapped under the transfer")
@State
public class DmaPinStress {
    private static final int NOT_FOUND = 2;

    private final CountedMaps counted = new CountedMaps();
    private final DmaMapping mapping = counted.mapSecondPage();

    /** For jcstress. */
    public DmaPinStress() {}

    /** A device's transfer. */
    @Actor
    public void transfer(I_Result result) {
        long page = CountedMaps.PAGE;
        try (DmaPin pin = new DmaPin()) {
            DmaPin.Result found = counted.registry.mappings().pin(page, page, Access.READ_WRITE, pin);
            result.r1 = found == DmaPin.Result.PINNED ? counted.unmaps : NOT_FOUND;
        }
    }

    /** The driver takes the memory back. */
    @Actor
    public void unmap() {
        mapping.close();
    }
}
