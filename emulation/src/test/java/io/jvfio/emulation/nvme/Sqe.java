// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.SglDescriptor;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** A command that a test puts together. */
final class Sqe {
    private final MemorySegment entry = MemorySegment.ofArray(new byte[SubmissionEntry.SIZE]);

    static Sqe of(int opcode) {
        Sqe result = new Sqe();
        SubmissionEntry.OPCODE.set(result.entry, opcode);
        return result;
    }

    /** A command of arbitrary bytes. */
    static Sqe of(byte[] bytes) {
        Sqe result = new Sqe();
        result.entry.copyFrom(MemorySegment.ofArray(bytes));
        return result;
    }

    Sqe cid(int cid) {
        SubmissionEntry.CID.set(entry, cid);
        return this;
    }

    Sqe flags(int flags) {
        SubmissionEntry.FLAGS.set(entry, flags);
        return this;
    }

    Sqe nsid(int nsid) {
        SubmissionEntry.NSID.set(entry, nsid);
        return this;
    }

    Sqe prp(long prp1, long prp2) {
        SubmissionEntry.PRP1.set(entry, prp1);
        SubmissionEntry.PRP2.set(entry, prp2);
        return this;
    }

    /** Data described by an SGL whose first descriptor is this. */
    Sqe sgl(int type, long address, int length) {
        flags(SubmissionEntry.PSDT.set(0, SubmissionEntry.PSDT_SGL));
        describe(entry, SubmissionEntry.SGL1, type << 4, address, length);
        return this;
    }

    /** Writes an SGL descriptor. */
    static void describe(MemorySegment target, long at, int identifier, long address, int length) {
        SglDescriptor.ADDRESS.set(target, at, address);
        SglDescriptor.LENGTH.set(target, at, length);
        SglDescriptor.IDENTIFIER.set(target, at, identifier);
    }

    Sqe cdw10(int value) {
        SubmissionEntry.CDW10.set(entry, value);
        return this;
    }

    Sqe cdw11(int value) {
        SubmissionEntry.CDW11.set(entry, value);
        return this;
    }

    Sqe cdw12(int value) {
        SubmissionEntry.CDW12.set(entry, value);
        return this;
    }

    Sqe cdw13(int value) {
        SubmissionEntry.CDW13.set(entry, value);
        return this;
    }

    /** The first block and the number of blocks, which is not 0's based here. */
    Sqe blocks(long first, int count) {
        return cdw10((int) first).cdw11((int) (first >>> 32)).cdw12(count - 1);
    }

    MemorySegment entry() {
        return entry;
    }
}
