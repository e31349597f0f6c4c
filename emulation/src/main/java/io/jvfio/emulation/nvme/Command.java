// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/**
 * A command, as a view of the controller's own copy of submission entries: the driver cannot change it any more.
 *
 * <p>Threads: one at a time.
 */
final class Command {
    private final MemorySegment entries;
    private long base;

    /** The submission queue that it came by. */
    private int queue;

    /** A view of memory that holds entries. */
    Command(MemorySegment entries) {
        this.entries = entries;
    }

    /** Looks at another entry. */
    void at(int index, int sqid) {
        base = (long) index * SubmissionEntry.SIZE;
        queue = sqid;
    }

    int queue() {
        return queue;
    }

    int opcode() {
        return SubmissionEntry.OPCODE.of(entries, base);
    }

    int cid() {
        return SubmissionEntry.CID.of(entries, base);
    }

    /** Whether it is one half of a fused pair. */
    boolean isFused() {
        return SubmissionEntry.FUSE.of(SubmissionEntry.FLAGS.of(entries, base)) != 0;
    }

    /** How its data is described. */
    int psdt() {
        return SubmissionEntry.PSDT.of(SubmissionEntry.FLAGS.of(entries, base));
    }

    int nsid() {
        return SubmissionEntry.NSID.of(entries, base);
    }

    long prp1() {
        return SubmissionEntry.PRP1.of(entries, base);
    }

    long prp2() {
        return SubmissionEntry.PRP2.of(entries, base);
    }

    int cdw10() {
        return SubmissionEntry.CDW10.of(entries, base);
    }

    int cdw11() {
        return SubmissionEntry.CDW11.of(entries, base);
    }

    int cdw12() {
        return SubmissionEntry.CDW12.of(entries, base);
    }

    int cdw13() {
        return SubmissionEntry.CDW13.of(entries, base);
    }

    /** Dwords 10 and 11: the first block. */
    long firstBlock() {
        return Integer.toUnsignedLong(cdw10()) | (long) cdw11() << 32;
    }

    /** Dwords 12 and 13. */
    long logOffset() {
        return Integer.toUnsignedLong(cdw12()) | (long) cdw13() << 32;
    }

    MemorySegment entries() {
        return entries;
    }

    /** Where its SGL descriptor is in {@link #entries}. */
    long sgl1() {
        return base + SubmissionEntry.SGL1;
    }
}
