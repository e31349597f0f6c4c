// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word16;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.mmio.Word8;

/**
 * What a controller says of itself (figure 247).
 *
 * <p>Threads: constants.
 */
public final class IdentifyController {
    /** PCI vendor. */
    public static final Word16 VID = Word16.at(0);

    /** PCI subsystem vendor. */
    public static final Word16 SSVID = Word16.at(2);

    /** Serial number. */
    public static final Text SN = Text.at(4, 20);

    /** Model. */
    public static final Text MN = Text.at(24, 40);

    /** Firmware revision. */
    public static final Text FR = Text.at(64, 8);

    /** Recommended arbitration burst, as a power of two. */
    public static final Word8 RAB = Word8.at(72);

    /** Bit for multiple controllers and ports. */
    public static final Word8 CMIC = Word8.at(76);

    /** The largest transfer of data in memory pages (CAP.MPSMIN), as a power of two; 0 for no limit. */
    public static final Word8 MDTS = Word8.at(77);

    /** The controller's number in its subsystem. */
    public static final Word16 CNTLID = Word16.at(78);

    /** The version, as {@link ControllerRegisters#VS}. */
    public static final Word32 VER = Word32.at(80);

    /** Which optional asynchronous events there are. */
    public static final Word32 OAES = Word32.at(92);

    /** Of {@link #OAES}: changes of the list of namespaces are announced. */
    public static final Field OAES_NAMESPACES = Field.bit(8);

    /** Attributes of the controller. */
    public static final Word32 CTRATT = Word32.at(96);

    /** The first of three delays, in units of 100 ms, that a status may ask for: {@link StatusCode#RETRY_DELAY}. */
    public static final Word16 CRDT1 = Word16.at(128);

    /** The second of three delays: see {@link #CRDT1}. */
    public static final Word16 CRDT2 = Word16.at(130);

    /** The third of three delays: see {@link #CRDT1}. */
    public static final Word16 CRDT3 = Word16.at(132);

    /** Optional admin commands. */
    public static final Word16 OACS = Word16.at(256);

    /** Of {@link #OACS}: security send and receive. */
    public static final Field OACS_SECURITY = Field.bit(0);

    /** Of {@link #OACS}: format. */
    public static final Field OACS_FORMAT = Field.bit(1);

    /** Of {@link #OACS}: firmware download and commit. */
    public static final Field OACS_FIRMWARE = Field.bit(2);

    /** Of {@link #OACS}: namespace management and attachment. */
    public static final Field OACS_NAMESPACES = Field.bit(3);

    /** Of {@link #OACS}: virtualization management. */
    public static final Field OACS_VIRTUALIZATION = Field.bit(7);

    /** Of {@link #OACS}: doorbell buffer config. */
    public static final Field OACS_DOORBELL_BUFFER = Field.bit(8);

    /** How many aborts can be under way, 0's based. */
    public static final Word8 ACL = Word8.at(258);

    /** How many asynchronous event requests can be under way, 0's based. */
    public static final Word8 AERL = Word8.at(259);

    /** Firmware updates. */
    public static final Word8 FRMW = Word8.at(260);

    /** Attributes of log pages. */
    public static final Word8 LPA = Word8.at(261);

    /** Of {@link #LPA}: the SMART page of a single namespace. */
    public static final Field LPA_SMART_PER_NAMESPACE = Field.bit(0);

    /** Of {@link #LPA}: the page of commands and their effects. */
    public static final Field LPA_EFFECTS = Field.bit(1);

    /** Of {@link #LPA}: offsets and lengths of more than 16 bits. */
    public static final Field LPA_EXTENDED = Field.bit(2);

    /** How many entries the error log has, 0's based. */
    public static final Word8 ELPE = Word8.at(262);

    /** Power states, 0's based. */
    public static final Word8 NPSS = Word8.at(263);

    /** Warning temperature in kelvins. */
    public static final Word16 WCTEMP = Word16.at(266);

    /** Critical temperature in kelvins. */
    public static final Word16 CCTEMP = Word16.at(268);

    /** Total capacity of the subsystem in bytes: the lower half. */
    public static final Word64 TNVMCAP = Word64.at(280);

    /** Capacity that is not allocated in bytes: the lower half. */
    public static final Word64 UNVMCAP = Word64.at(296);

    /** Sanitize. */
    public static final Word32 SANICAP = Word32.at(328);

    /** Sizes of entries of submission queues. */
    public static final Word8 SQES = Word8.at(512);

    /** Sizes of entries of completion queues. */
    public static final Word8 CQES = Word8.at(513);

    /** Of {@link #SQES} and {@link #CQES}: the size that works at least, as a power of two. */
    public static final Field ES_MINIMUM = Field.bits(3, 0);

    /** Of {@link #SQES} and {@link #CQES}: the largest size, as a power of two. */
    public static final Field ES_MAXIMUM = Field.bits(7, 4);

    /** How many commands can be under way in all; 0 if not told. */
    public static final Word16 MAXCMD = Word16.at(514);

    /** The largest number of a namespace. */
    public static final Word32 NN = Word32.at(516);

    /** Optional commands of the NVM command set. */
    public static final Word16 ONCS = Word16.at(520);

    /** Of {@link #ONCS}: compare. */
    public static final Field ONCS_COMPARE = Field.bit(0);

    /** Of {@link #ONCS}: write uncorrectable. */
    public static final Field ONCS_WRITE_UNCORRECTABLE = Field.bit(1);

    /** Of {@link #ONCS}: dataset management. */
    public static final Field ONCS_DATASET_MANAGEMENT = Field.bit(2);

    /** Of {@link #ONCS}: write zeroes. */
    public static final Field ONCS_WRITE_ZEROES = Field.bit(3);

    /** Of {@link #ONCS}: features can be saved, and all values of FEATURE_SELECT asked for. */
    public static final Field ONCS_SAVE = Field.bit(4);

    /** Of {@link #ONCS}: timestamps. */
    public static final Field ONCS_TIMESTAMP = Field.bit(6);

    /** Of {@link #ONCS}: verify. */
    public static final Field ONCS_VERIFY = Field.bit(7);

    /** Fused commands. */
    public static final Word16 FUSES = Word16.at(522);

    /** Attributes of format. */
    public static final Word8 FNA = Word8.at(524);

    /** Of {@link #FNA}: a format is one of all namespaces. */
    public static final Field FNA_FORMAT_ALL = Field.bit(0);

    /** Of {@link #FNA}: a secure erase is one of all namespaces. */
    public static final Field FNA_ERASE_ALL = Field.bit(1);

    /** Of {@link #FNA}: cryptographic erase. */
    public static final Field FNA_CRYPTOGRAPHIC = Field.bit(2);

    /** The volatile write cache. */
    public static final Word8 VWC = Word8.at(525);

    /** Of {@link #VWC}: there is one. */
    public static final Field VWC_PRESENT = Field.bit(0);

    /** Of {@link #VWC}: flush of all namespaces; 2 no, 3 yes. */
    public static final Field VWC_FLUSH_ALL = Field.bits(2, 1);

    /** Blocks that are written whole or not at all, 0's based. */
    public static final Word16 AWUN = Word16.at(526);

    /** As {@link #AWUN}, when power fails. */
    public static final Word16 AWUPF = Word16.at(528);

    /** Scatter/gather lists. */
    public static final Word32 SGLS = Word32.at(536);

    /** Of {@link #SGLS}: 0 none, 1 of any alignment, 2 of dwords. */
    public static final Field SGLS_SUPPORT = Field.bits(1, 0);

    /** Of {@link #SGLS}: bit buckets. */
    public static final Field SGLS_BIT_BUCKET = Field.bit(16);

    /** Of {@link #SGLS}: lists longer than the data. */
    public static final Field SGLS_LARGER = Field.bit(18);

    /** The subsystem's qualified name, in UTF-8 and ended by NUL. */
    public static final Text SUBNQN = Text.at(768, 256);

    private IdentifyController() {}
}
