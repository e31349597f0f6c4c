// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.ControllerRegisters.*;

import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.emulation.RegisterMap;

/**
 * The controller's registers but for the doorbells. A write changes a register and records what the controller has to do
 * about it, in the order in which it matters.
 *
 * <p>Threads: thread-safe.
 */
final class Registers {
    /** The registers' page in bytes. */
    static final int SIZE = 0x1000;

    /** The largest queue in entries. */
    static final int MOST_ENTRIES = 1024;

    /** The largest page that a driver may use: 4096 bytes shifted left by this. */
    static final int LARGEST_PAGE = 4;

    /** How registers can be written. */
    private static final int WRITES = Integer.BYTES | Long.BYTES;

    static final int VERSION = ControllerRegisters.version(1, 4, 0);

    /** Work: the controller was disabled. */
    static final int DISABLE = 1;

    /** Work: the controller was enabled, after having been disabled if both are recorded. */
    static final int ENABLE = 2;

    /** Work: a shutdown was asked for. */
    static final int SHUTDOWN = 4;

    /** The registers, and the doorbells behind them. INTMS, INTMC and NSSR are not implemented. */
    static final RegisterMap MAP = RegisterMap.NONE
            .with("CAP", CAP.offset(), Long.BYTES, RegisterMap.ANY_WIDTH, 0)
            .with("VS", VS.offset(), Integer.BYTES, RegisterMap.ANY_WIDTH, 0)
            .with("CC", CC.offset(), Integer.BYTES, RegisterMap.ANY_WIDTH, WRITES)
            .with("CSTS", CSTS.offset(), Integer.BYTES, RegisterMap.ANY_WIDTH, 0)
            .with("AQA", AQA.offset(), Integer.BYTES, RegisterMap.ANY_WIDTH, WRITES)
            .with("ASQ", ASQ.offset(), Long.BYTES, RegisterMap.ANY_WIDTH, WRITES)
            .with("ACQ", ACQ.offset(), Long.BYTES, RegisterMap.ANY_WIDTH, WRITES)
            .with("DOORBELL", SIZE, Doorbells.SIZE, 0, WRITES);

    /** How long it may take to become ready, in units of 500 ms: it takes no time, unless this process has none. */
    private static final int READY_TIMEOUT = 4;

    private final long cap;
    private int cc;
    private int csts;
    private int aqa;
    private long asq;
    private long acq;
    private int work;

    private final Oddities oddities;

    /** At power-on, of a controller that keeps to the specification. */
    Registers() {
        this(Oddities.none());
    }

    /** At power-on. */
    Registers(Oddities oddities) {
        this.oddities = oddities;
        long value = CAP_MQES.set(0L, MOST_ENTRIES - 1);
        value = CAP_CQR.set(value, 1);
        value = CAP_TO.set(value, READY_TIMEOUT);
        value = CAP_CSS.set(value, CSS_NVM);
        cap = CAP_MPSMAX.set(value, LARGEST_PAGE);
    }

    /** The value of so many bytes, wherever they are; 0 where nothing is. */
    synchronized long read(long offset, int width) {
        long base = offset & -Long.BYTES;
        long low = read64(base) >>> Byte.SIZE * (offset - base);
        return width == Long.BYTES ? low : low & (1L << Byte.SIZE * width) - 1;
    }

    private long read64(long base) {
        return switch ((int) base) {
            case 0x00 -> oddities.register(OddRule.Target.CAP, cap);
            case 0x08 -> oddities.register(OddRule.Target.VS, Integer.toUnsignedLong(VERSION));
            case 0x10 -> Integer.toUnsignedLong(cc) << Integer.SIZE;
            case 0x18 -> Integer.toUnsignedLong(csts) << Integer.SIZE;
            case 0x20 -> Integer.toUnsignedLong(aqa) << Integer.SIZE;
            case 0x28 -> asq;
            case 0x30 -> acq;
            default -> 0;
        };
    }

    /**
     * A write. Those of less than 4 bytes, which the specification leaves undefined, do nothing.
     *
     * @return whether there is work
     */
    synchronized boolean write(long offset, int width, long value) {
        if (width < Integer.BYTES) {
            return false;
        }
        write32((int) offset, (int) value);
        if (width == Long.BYTES) {
            write32((int) offset + Integer.BYTES, (int) (value >>> Integer.SIZE));
        }
        return work != 0;
    }

    private void write32(int offset, int value) {
        switch (offset) {
            case 0x14 -> configure(value);
            case 0x24 -> aqa = value & (int) (AQA_ASQS.mask() | AQA_ACQS.mask());
            case 0x28 -> asq = low(asq, value);
            case 0x2c -> asq = high(asq, value);
            case 0x30 -> acq = low(acq, value);
            case 0x34 -> acq = high(acq, value);
            default -> {
                // Read-only, not there, or without effect: masks of pin interrupts, and CSTS.NSSRO, which is never set.
            }
        }
    }

    /** Queues start a page of 4096 bytes; the bits below are reserved. */
    private static long low(long register, int value) {
        return register & 0xffff_ffff_0000_0000L | Integer.toUnsignedLong(value) & -0x1000L;
    }

    private static long high(long register, int value) {
        return register & 0xffff_ffffL | (long) value << Integer.SIZE;
    }

    private void configure(int value) {
        boolean was = CC_EN.isSet(cc);
        boolean is = CC_EN.isSet(value);
        int shutdown = CC_SHN.of(value);
        if (shutdown != SHN_NONE && shutdown != CC_SHN.of(cc)) {
            work |= SHUTDOWN;
            csts = CSTS_SHST.set(csts, SHST_OCCURRING);
        } else if (shutdown == SHN_NONE) {
            work &= ~SHUTDOWN;
            csts = CSTS_SHST.set(csts, SHST_NORMAL);
        }
        cc = value;
        if (was && !is) {
            work = work & ~ENABLE | DISABLE;
        } else if (!was && is) {
            work |= ENABLE;
        }
    }

    /** Takes the recorded work. */
    synchronized int takeWork() {
        int taken = work;
        work = 0;
        return taken;
    }

    synchronized int cc() {
        return cc;
    }

    synchronized int aqa() {
        return aqa;
    }

    synchronized long asq() {
        return asq;
    }

    synchronized long acq() {
        return acq;
    }

    /** The controller is ready, unless the driver has meanwhile disabled it again. */
    synchronized void ready() {
        csts = CSTS_RDY.set(csts, 1);
    }

    /** The controller has been reset. */
    synchronized void disabled() {
        csts = CSTS_CFS.set(CSTS_RDY.set(csts, 0), 0);
    }

    /** Something happened after which the controller cannot go on. */
    synchronized void fatal() {
        csts = CSTS_CFS.set(csts, 1);
    }

    /** A shutdown is complete, unless it is no longer asked for. */
    synchronized void shutDown() {
        if (CC_SHN.of(cc) != SHN_NONE) {
            csts = CSTS_SHST.set(csts, SHST_COMPLETE);
        }
    }

    /** Whether a shutdown is complete. */
    synchronized boolean isShutDown() {
        return CSTS_SHST.of(csts) == SHST_COMPLETE;
    }

    /** Back to power-on. */
    synchronized void reset() {
        cc = 0;
        csts = 0;
        aqa = 0;
        asq = 0;
        acq = 0;
        work = 0;
    }
}
