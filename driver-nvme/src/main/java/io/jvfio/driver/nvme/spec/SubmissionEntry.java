// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word16;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.mmio.Word8;

/**
 * An entry of a submission queue: a command (4.2).
 *
 * <pre>
 *   0  opcode, flags, command id (2)       24  PRP 1, or the first half of SGL 1
 *   4  namespace                           32  PRP 2, or the second half of SGL 1
 *   8  command dwords 2 and 3              40  command dwords 10 to 15
 *  16  metadata pointer
 * </pre>
 *
 * <p>Threads: constants.
 */
public final class SubmissionEntry {
    /** The size of an entry in bytes. */
    public static final int SIZE = 64;

    /** {@link #SIZE} as a power of two, as CC.IOSQES wants it. */
    public static final int SIZE_SHIFT = 6;

    /** What to do: of {@link AdminOpcode} or {@link IoOpcode}. */
    public static final Word8 OPCODE = Word8.at(0);

    /** {@link #FUSE} and {@link #PSDT}. */
    public static final Word8 FLAGS = Word8.at(1);

    /** Of {@link #FLAGS}: 0 for a command of its own. */
    public static final Field FUSE = Field.bits(1, 0);

    /** Of {@link #FLAGS}: {@link #PSDT_PRP}, {@link #PSDT_SGL} or {@link #PSDT_SGL_METADATA}. */
    public static final Field PSDT = Field.bits(7, 6);

    /** Value of {@link #PSDT}: the data is described by PRPs. */
    public static final int PSDT_PRP = 0;

    /** Value of {@link #PSDT}: the data is described by an SGL, metadata by an address. */
    public static final int PSDT_SGL = 1;

    /** Value of {@link #PSDT}: data and metadata are described by SGLs. */
    public static final int PSDT_SGL_METADATA = 2;

    /** The command's identifier, unique among those under way in its queue. */
    public static final Word16 CID = Word16.at(2);

    /** The namespace. */
    public static final Word32 NSID = Word32.at(4);

    /** Command dword 2. */
    public static final Word32 CDW2 = Word32.at(8);

    /** Command dword 3. */
    public static final Word32 CDW3 = Word32.at(12);

    /** Where metadata is. */
    public static final Word64 MPTR = Word64.at(16);

    /** Where data is: its first page, from any multiple of 4 bytes on. */
    public static final Word64 PRP1 = Word64.at(24);

    /** The second page of the data, or a list of the pages from the second on. */
    public static final Word64 PRP2 = Word64.at(32);

    /** Where an SGL descriptor stands in the entry, in bytes; its fields are those of {@link SglDescriptor}. */
    public static final int SGL1 = 24;

    /** Command dword 10. */
    public static final Word32 CDW10 = Word32.at(40);

    /** Command dword 11. */
    public static final Word32 CDW11 = Word32.at(44);

    /** Command dword 12. */
    public static final Word32 CDW12 = Word32.at(48);

    /** Command dword 13. */
    public static final Word32 CDW13 = Word32.at(52);

    /** Command dword 14. */
    public static final Word32 CDW14 = Word32.at(56);

    /** Command dword 15. */
    public static final Word32 CDW15 = Word32.at(60);

    /** {@link #NSID} of a command for all namespaces. */
    public static final int ALL_NAMESPACES = 0xffff_ffff;

    private SubmissionEntry() {}
}
