// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.data;

import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Word64;
import java.lang.foreign.MemorySegment;

/**
 * A command before it is in a queue, so that it can be put into one again. It goes there as eight words.
 *
 * <p>Threads: one at a time.
 */
public final class CommandFields {
    private static final long LOW = 0xffff_ffffL;

    /** Two dwords of an entry that are written as one word, called by the first of them. */
    private static final Word64 DWORD0 = Word64.at(SubmissionEntry.OPCODE.offset());

    private static final Word64 DWORD2 = Word64.at(SubmissionEntry.CDW2.offset());
    private static final Word64 DWORD10 = Word64.at(SubmissionEntry.CDW10.offset());
    private static final Word64 DWORD12 = Word64.at(SubmissionEntry.CDW12.offset());
    private static final Word64 DWORD14 = Word64.at(SubmissionEntry.CDW14.offset());

    private int opcode;
    private int flags;
    private int cid;
    private int nsid;
    private long pointer1;
    private long pointer2;
    private int cdw10;
    private int cdw11;
    private int cdw12;
    private int cdw13;

    /** A command of this kind with all else 0, but for its identifier. */
    public CommandFields clear(int newOpcode, int namespace) {
        opcode = newOpcode;
        nsid = namespace;
        flags = 0;
        pointer1 = 0;
        pointer2 = 0;
        cdw10 = 0;
        cdw11 = 0;
        cdw12 = 0;
        cdw13 = 0;
        return this;
    }

    public CommandFields cid(int value) {
        cid = value;
        return this;
    }

    public CommandFields cdw10(int value) {
        cdw10 = value;
        return this;
    }

    public CommandFields cdw11(int value) {
        cdw11 = value;
        return this;
    }

    public CommandFields cdw12(int value) {
        cdw12 = value;
        return this;
    }

    public CommandFields cdw13(int value) {
        cdw13 = value;
        return this;
    }

    /** The data by PRPs: its first page, and its second one or the list of those from there on. */
    public CommandFields prps(long first, long second) {
        return data(SubmissionEntry.PSDT_PRP, first, second);
    }

    /** The data by an SGL: the two words of its first descriptor. */
    public CommandFields sgl(long first, long second) {
        return data(SubmissionEntry.PSDT_SGL, first, second);
    }

    /** Whether its data is described by an SGL. */
    public boolean hasSgl() {
        return SubmissionEntry.PSDT.of(flags) == SubmissionEntry.PSDT_SGL;
    }

    public int opcode() {
        return opcode;
    }

    public int cid() {
        return cid;
    }

    public int nsid() {
        return nsid;
    }

    public int cdw10() {
        return cdw10;
    }

    public int cdw11() {
        return cdw11;
    }

    public int cdw12() {
        return cdw12;
    }

    /** Writes it into an entry of a queue. Compiled code makes no object of the slice, whose bounds it checks once. */
    public void writeTo(MemorySegment memory, long base) {
        MemorySegment entry = memory.asSlice(base, SubmissionEntry.SIZE);
        DWORD0.set(entry, head());
        DWORD2.set(entry, 0L);
        SubmissionEntry.MPTR.set(entry, 0L);
        SubmissionEntry.PRP1.set(entry, pointer1);
        SubmissionEntry.PRP2.set(entry, pointer2);
        DWORD10.set(entry, pair(cdw10, cdw11));
        DWORD12.set(entry, pair(cdw12, cdw13));
        DWORD14.set(entry, 0L);
    }

    private CommandFields data(int kind, long first, long second) {
        flags = SubmissionEntry.PSDT.set(flags, kind);
        pointer1 = first;
        pointer2 = second;
        return this;
    }

    private long head() {
        return pair(opcode | flags << 8 | cid << 16, nsid);
    }

    private static long pair(int low, int high) {
        return low & LOW | (long) high << Integer.SIZE;
    }
}
