// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord32;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Locale;

/**
 * How long drivers wait for what: the fields of the register {@link AccessRegister#DTOR}, and what counts where a
 * device says nothing. The units are those of {@link InitSegment#timeoutMillis}.
 *
 * <p>Threads: immutable.
 */
public enum FirmwareTimeout {
    /** A change of {@link InitSegment#NIC_INTERFACE} by a software reset. */
    PCIE_TOGGLE(0x04, 2000),
    /** Between two looks at the health counter. */
    HEALTH_POLL(0x14, 2000),
    /** A dump of the whole register space. */
    FULL_CRDUMP(0x18, 60_000),
    /** A reset of the firmware. */
    FW_RESET(0x1c, 60_000),
    /** Commands that a failure ends. */
    FLUSH_ON_ERR(0x20, 2000),
    /** A PCI reset that all hosts of a card take part in. */
    PCI_SYNC_UPDATE(0x24, 5000),
    /** A fast teardown. */
    TEAR_DOWN(0x28, 3000),
    /** The card's state machine. */
    FSM_REACTIVATE(0x2c, 5000),
    /** Pages that are to be taken back, from one to the next. */
    RECLAIM_PAGES(0x30, 5000),
    /** As {@link #RECLAIM_PAGES}, of virtual functions. */
    RECLAIM_VFS_PAGES(0x34, 120_000),
    /** Drivers that make way for a reset. */
    RESET_UNLOAD(0x38, 300_000);

    /** How many bytes the register has. */
    public static final int SIZE = 64;

    private final int offset;
    private final int usual;

    FirmwareTimeout(int offset, int usual) {
        this.offset = offset;
        this.usual = usual;
    }

    /** Where it is in the register, in bytes. */
    public int offset() {
        return offset;
    }

    /** Where a device says nothing. */
    public Duration usual() {
        return Duration.ofMillis(usual);
    }

    /** Linux's name for it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a register says that starts where the memory does; {@link #usual} if it is 0 there. */
    public Duration of(MemorySegment register) {
        long millis = InitSegment.timeoutMillis(BigWord32.at(offset).of(register));
        return millis == 0 ? usual() : Duration.ofMillis(millis);
    }
}
