// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Register32;
import io.jvfio.mmio.Register64;

/**
 * The controller's registers, all in BAR 0 (3.1). Registers of 64 bits may be accessed as two of 32 bits.
 *
 * <p>Threads: constants.
 */
public final class ControllerRegisters {
    /** The PCI class code of an NVM Express I/O controller: base class, sub-class and programming interface. */
    public static final int CLASS_CODE = 0x010802;

    /** Read-only: what the controller can do. */
    public static final Register64 CAP = Register64.at(0x00);

    /** Of {@link #CAP}: how many entries an I/O queue may have, 0's based. */
    public static final Field CAP_MQES = Field.bits(15, 0);

    /** Of {@link #CAP}: queues have to be contiguous in memory. */
    public static final Field CAP_CQR = Field.bit(16);

    /** Of {@link #CAP}: arbitration mechanisms. */
    public static final Field CAP_AMS = Field.bits(18, 17);

    /** Of {@link #CAP}: how long {@link #CSTS_RDY} may take to change, in units of 500 ms. */
    public static final Field CAP_TO = Field.bits(31, 24);

    /** Of {@link #CAP}: the distance of doorbells, 4 bytes shifted left by this. */
    public static final Field CAP_DSTRD = Field.bits(35, 32);

    /** Of {@link #CAP}: {@link #NSSR} is there. */
    public static final Field CAP_NSSRS = Field.bit(36);

    /** Of {@link #CAP}: command sets; bit 0 is the NVM command set, bit 6 several, bit 7 none but admin. */
    public static final Field CAP_CSS = Field.bits(44, 37);

    /** Of {@link #CAP}: boot partitions. */
    public static final Field CAP_BPS = Field.bit(45);

    /** Of {@link #CAP}: the smallest memory page, 4096 bytes shifted left by this. */
    public static final Field CAP_MPSMIN = Field.bits(51, 48);

    /** Of {@link #CAP}: the largest memory page, 4096 bytes shifted left by this. */
    public static final Field CAP_MPSMAX = Field.bits(55, 52);

    /** Of {@link #CAP}: a persistent memory region. */
    public static final Field CAP_PMRS = Field.bit(56);

    /** Of {@link #CAP}: {@link #CMBLOC} and {@link #CMBSZ} show the controller memory buffer only after {@link #CMBMSC}. */
    public static final Field CAP_CMBS = Field.bit(57);

    /** Of {@link #CAP}, since 2.0: there is {@link #CRTO}, with {@link #CRTO_CRWMT}. */
    public static final Field CAP_CRWMS = Field.bit(59);

    /** One unit of {@link #CAP_TO}, in milliseconds. */
    public static final int CAP_TO_UNIT_MILLIS = 500;

    /** Bit of {@link #CAP_CSS}: the NVM command set. */
    public static final int CSS_NVM = 1;

    /** Read-only: the version of the specification, as {@link #version} makes one. */
    public static final Register32 VS = Register32.at(0x08);

    /** Of {@link #VS}. */
    public static final Field VS_MAJOR = Field.bits(31, 16);

    /** Of {@link #VS}. */
    public static final Field VS_MINOR = Field.bits(15, 8);

    /** Of {@link #VS}. */
    public static final Field VS_TERTIARY = Field.bits(7, 0);

    /** Interrupt mask set: write 1 to mask a vector. Not for MSI-X. */
    public static final Register32 INTMS = Register32.at(0x0c);

    /** Interrupt mask clear: write 1 to unmask a vector. Not for MSI-X. */
    public static final Register32 INTMC = Register32.at(0x10);

    /** The controller's configuration. */
    public static final Register32 CC = Register32.at(0x14);

    /** Of {@link #CC}: enable. From 1 to 0 it is a reset of the controller. */
    public static final Field CC_EN = Field.bit(0);

    /** Of {@link #CC}: the command set; 0 is NVM. */
    public static final Field CC_CSS = Field.bits(6, 4);

    /** Of {@link #CC}: the memory page, 4096 bytes shifted left by this. */
    public static final Field CC_MPS = Field.bits(10, 7);

    /** Of {@link #CC}: arbitration; 0 is round robin. */
    public static final Field CC_AMS = Field.bits(13, 11);

    /** Of {@link #CC}: shutdown notification: {@link #SHN_NONE}, {@link #SHN_NORMAL} or {@link #SHN_ABRUPT}. */
    public static final Field CC_SHN = Field.bits(15, 14);

    /** Of {@link #CC}: the size of an entry of I/O submission queues, as a power of two. */
    public static final Field CC_IOSQES = Field.bits(19, 16);

    /** Of {@link #CC}: the size of an entry of I/O completion queues, as a power of two. */
    public static final Field CC_IOCQES = Field.bits(23, 20);

    /** Value of {@link #CC_SHN}: no shutdown. */
    public static final int SHN_NONE = 0;

    /** Value of {@link #CC_SHN}: a normal shutdown. */
    public static final int SHN_NORMAL = 1;

    /** Value of {@link #CC_SHN}: an abrupt shutdown, without time for caches. */
    public static final int SHN_ABRUPT = 2;

    /** The controller's status. */
    public static final Register32 CSTS = Register32.at(0x1c);

    /** Of {@link #CSTS}: ready to take commands. Follows {@link #CC_EN}. */
    public static final Field CSTS_RDY = Field.bit(0);

    /** Of {@link #CSTS}: a fatal error, which only a reset ends. */
    public static final Field CSTS_CFS = Field.bit(1);

    /** Of {@link #CSTS}: how far a shutdown is: {@link #SHST_NORMAL} and so on. */
    public static final Field CSTS_SHST = Field.bits(3, 2);

    /** Of {@link #CSTS}: a subsystem reset has happened; write 1 to clear. */
    public static final Field CSTS_NSSRO = Field.bit(4);

    /** Of {@link #CSTS}: processing is paused. */
    public static final Field CSTS_PP = Field.bit(5);

    /** Value of {@link #CSTS_SHST}: no shutdown asked for. */
    public static final int SHST_NORMAL = 0;

    /** Value of {@link #CSTS_SHST}: shutting down. */
    public static final int SHST_OCCURRING = 1;

    /** Value of {@link #CSTS_SHST}: the shutdown is complete. */
    public static final int SHST_COMPLETE = 2;

    /** Subsystem reset: write {@link #NSSR_RESET}. */
    public static final Register32 NSSR = Register32.at(0x20);

    /** What is written to {@link #NSSR}: "NVMe". */
    public static final int NSSR_RESET = 0x4e564d65;

    /** The sizes of the admin queues. */
    public static final Register32 AQA = Register32.at(0x24);

    /** Of {@link #AQA}: entries of the submission queue, 0's based. */
    public static final Field AQA_ASQS = Field.bits(11, 0);

    /** Of {@link #AQA}: entries of the completion queue, 0's based. */
    public static final Field AQA_ACQS = Field.bits(27, 16);

    /** The address of the admin submission queue, page-aligned. */
    public static final Register64 ASQ = Register64.at(0x28);

    /** The address of the admin completion queue, page-aligned. */
    public static final Register64 ACQ = Register64.at(0x30);

    /** Read-only: where the controller memory buffer is. */
    public static final Register32 CMBLOC = Register32.at(0x38);

    /** Of {@link #CMBLOC}: its BAR. */
    public static final Field CMBLOC_BIR = Field.bits(2, 0);

    /** Of {@link #CMBLOC}: its offset in the BAR in units of {@link #CMBSZ_SZU}. */
    public static final Field CMBLOC_OFST = Field.bits(31, 12);

    /** Read-only: the size of the controller memory buffer; 0 if there is none. */
    public static final Register32 CMBSZ = Register32.at(0x3c);

    /** Of {@link #CMBSZ}: submission queues may be there. */
    public static final Field CMBSZ_SQS = Field.bit(0);

    /** Of {@link #CMBSZ}: completion queues may be there. */
    public static final Field CMBSZ_CQS = Field.bit(1);

    /** Of {@link #CMBSZ}: lists of PRPs and SGLs may be there. */
    public static final Field CMBSZ_LISTS = Field.bit(2);

    /** Of {@link #CMBSZ}: data that is read from the device may be there. */
    public static final Field CMBSZ_RDS = Field.bit(3);

    /** Of {@link #CMBSZ}: data that is written to the device may be there. */
    public static final Field CMBSZ_WDS = Field.bit(4);

    /** Of {@link #CMBSZ}: the unit of size and offset, 4096 bytes shifted left by four times this; 0 to 6. */
    public static final Field CMBSZ_SZU = Field.bits(11, 8);

    /** Of {@link #CMBSZ}: the size in units of {@link #CMBSZ_SZU}. */
    public static final Field CMBSZ_SZ = Field.bits(31, 12);

    /** Switches the controller memory buffer on, where {@link #CAP_CMBS} says so. */
    public static final Register64 CMBMSC = Register64.at(0x50);

    /** Of {@link #CMBMSC}: {@link #CMBLOC} and {@link #CMBSZ} are to be shown. */
    public static final Field CMBMSC_CRE = Field.bit(0);

    /** Of {@link #CMBMSC}: the controller recognizes addresses that lie in the buffer. */
    public static final Field CMBMSC_CMSE = Field.bit(1);

    /** Of {@link #CMBMSC}: the address that the buffer has for the controller, in units of 4096 bytes. */
    public static final Field CMBMSC_CBA = Field.bits(63, 12);

    /** Read-only, since 2.0: how long it may take until the controller is ready. */
    public static final Register32 CRTO = Register32.at(0x68);

    /** Of {@link #CRTO}: until it and its media are ready, in units of 500 ms. */
    public static final Field CRTO_CRWMT = Field.bits(15, 0);

    /** Where the doorbells start, in bytes. */
    public static final long DOORBELLS = 0x1000;

    private ControllerRegisters() {}

    /**
     * A value of {@link #VS}.
     *
     * @param major 1 for 1.4.2
     * @param minor 4 for 1.4.2
     * @param tertiary 2 for 1.4.2
     */
    public static int version(int major, int minor, int tertiary) {
        return VS_MAJOR.set(VS_MINOR.set(VS_TERTIARY.set(0, tertiary), minor), major);
    }

    /**
     * Where the tail doorbell of a submission queue is.
     *
     * @param queue the queue's number, 0 to 65535
     * @param stride {@link #CAP_DSTRD}
     * @return bytes from the start of BAR 0
     */
    public static long submissionDoorbell(int queue, int stride) {
        return DOORBELLS + 2L * queue * (4L << stride);
    }

    /**
     * Where the head doorbell of a completion queue is.
     *
     * @param queue the queue's number, 0 to 65535
     * @param stride {@link #CAP_DSTRD}
     * @return bytes from the start of BAR 0
     */
    public static long completionDoorbell(int queue, int stride) {
        return DOORBELLS + (2L * queue + 1) * (4L << stride);
    }
}
