// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Layouts;
import io.jvfio.mmio.Mmio;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A command before it is in a queue, so that it can be put into one again. It goes there as eight words.
 *
 * <p>Threads: one at a time.
 */
final class CommandFields {
    private static final VarHandle LONG = Layouts.LE_LONG.varHandle().withInvokeExactBehavior();
    private static final long LOW = 0xffff_ffffL;

    int opcode;
    int flags;
    int cid;
    int nsid;
    long pointer1;
    long pointer2;
    int cdw10;
    int cdw11;
    int cdw12;
    int cdw13;
    int cdw14;
    int cdw15;

    /** A command of this kind with all else 0. */
    CommandFields clear(int newOpcode, int namespace) {
        opcode = newOpcode;
        nsid = namespace;
        flags = 0;
        pointer1 = 0;
        pointer2 = 0;
        cdw10 = 0;
        cdw11 = 0;
        cdw12 = 0;
        cdw13 = 0;
        cdw14 = 0;
        cdw15 = 0;
        return this;
    }

    /** For admin commands: the data is this page or less. */
    CommandFields data(long address) {
        pointer1 = address;
        return this;
    }

    void writeTo(MemorySegment memory, long base) {
        LONG.set(memory, base, word0());
        LONG.set(memory, base + 8, 0L);
        LONG.set(memory, base + 16, 0L);
        LONG.set(memory, base + 24, pointer1);
        LONG.set(memory, base + 32, pointer2);
        LONG.set(memory, base + 40, pair(cdw10, cdw11));
        LONG.set(memory, base + 48, pair(cdw12, cdw13));
        LONG.set(memory, base + 56, pair(cdw14, cdw15));
    }

    void writeTo(Mmio memory, long base) {
        memory.write64(base, word0());
        memory.write64(base + 8, 0L);
        memory.write64(base + 16, 0L);
        memory.write64(base + 24, pointer1);
        memory.write64(base + 32, pointer2);
        memory.write64(base + 40, pair(cdw10, cdw11));
        memory.write64(base + 48, pair(cdw12, cdw13));
        memory.write64(base + 56, pair(cdw14, cdw15));
    }

    void sgl(boolean used) {
        flags = SubmissionEntry.PSDT.set(flags, used ? SubmissionEntry.PSDT_SGL : SubmissionEntry.PSDT_PRP);
    }

    private long word0() {
        return pair(opcode | flags << 8 | cid << 16, nsid);
    }

    private static long pair(int low, int high) {
        return low & LOW | (long) high << Integer.SIZE;
    }
}
