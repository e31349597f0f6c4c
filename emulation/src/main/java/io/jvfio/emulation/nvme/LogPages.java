// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Word32;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * The get log page command (5.14).
 *
 * <p>Threads: one at a time.
 */
final class LogPages {
    /** The largest page in bytes. */
    static final int LARGEST = Health.ERRORS * LogPage.ERROR_SIZE;

    private static final int EFFECTS_SIZE = 4096;
    private static final int FIRST_SLOT_ACTIVE = 1;

    /** Of an effect: the command is supported. */
    private static final int SUPPORTED = 1;

    /** Of an effect: blocks may change. */
    private static final int CHANGES_BLOCKS = 1 << 1;

    /** Of an effect: what identify says of a namespace may change. */
    private static final int CHANGES_NAMESPACE = 1 << 2;

    /** Of an effect: no other command to the same namespace meanwhile. */
    private static final int ALONE_IN_NAMESPACE = 1 << 16;

    private static final int IO_EFFECTS = 1024;

    private final Health health;
    private final Features features;
    private final AsyncEvents events;
    private final DataPointer data;
    private final MemorySegment page;
    private final Oddities oddities;

    /** The numbers of namespaces that have changed since the page was last read. */
    private final BitSet changed = new BitSet();

    /**
     * Pages of these.
     *
     * @param page room for the largest page
     */
    LogPages(
            Health health,
            Features features,
            AsyncEvents events,
            DataPointer data,
            MemorySegment page,
            Oddities oddities) {
        this.health = health;
        this.features = features;
        this.events = events;
        this.data = data;
        this.page = page;
        this.oddities = oddities;
    }

    /** A namespace has changed. */
    void changed(int nsid) {
        changed.set(nsid);
    }

    /** Does the command. */
    StatusCode get(Command command) {
        int id = AdminCommand.LOG_ID.of(command.cdw10());
        int size = size(id);
        long offset = oddities.takesLogOffsets() ? command.logOffset() : 0;
        long length = length(command);
        if (size == 0) {
            return StatusCode.INVALID_LOG_PAGE;
        }
        boolean whole = command.nsid() == 0 || command.nsid() == SubmissionEntry.ALL_NAMESPACES;
        if (offset % Integer.BYTES != 0
                || Long.compareUnsigned(offset, size) > 0
                || length > Identity.LARGEST_TRANSFER
                || id == LogPage.SMART && !whole) {
            return StatusCode.INVALID_FIELD;
        }
        page.fill((byte) 0);
        fill(id);
        oddities.spoil(command, page);
        // What lies behind the page is not specified: nothing is transferred there.
        long part = Math.min(length, size - offset);
        StatusCode status = part == 0 ? StatusCode.SUCCESS : data.give(command, page.asSlice(offset), part);
        if (status == StatusCode.SUCCESS && !AdminCommand.LOG_RETAIN.isSet(command.cdw10())) {
            events.read(id);
            if (id == LogPage.CHANGED_NAMESPACES) {
                changed.clear();
            }
        }
        return status;
    }

    private static long length(Command command) {
        long high = AdminCommand.LOG_DWORDS_HIGH.of(command.cdw11());
        long dwords = high << Short.SIZE | AdminCommand.LOG_DWORDS_LOW.of(command.cdw10());
        return (dwords + 1) * Integer.BYTES;
    }

    private static int size(int id) {
        return switch (id) {
            case LogPage.ERRORS -> LARGEST;
            case LogPage.SMART -> LogPage.SMART_SIZE;
            case LogPage.FIRMWARE_SLOTS -> LogPage.FIRMWARE_SIZE;
            case LogPage.CHANGED_NAMESPACES, LogPage.EFFECTS -> EFFECTS_SIZE;
            default -> 0;
        };
    }

    private void fill(int id) {
        switch (id) {
            case LogPage.ERRORS -> health.fillErrors(page);
            case LogPage.SMART -> health.fillSmart(page, features.criticalWarning());
            case LogPage.FIRMWARE_SLOTS -> {
                LogPage.ACTIVE_FIRMWARE.set(page, FIRST_SLOT_ACTIVE);
                LogPage.FIRMWARE_1.set(page, Identity.FIRMWARE);
            }
            case LogPage.CHANGED_NAMESPACES -> fillChanged();
            default -> fillEffects();
        }
    }

    private void fillChanged() {
        int at = 0;
        for (int nsid = changed.nextSetBit(1); nsid > 0; nsid = changed.nextSetBit(nsid + 1)) {
            Word32.at(at).set(page, nsid);
            at += Integer.BYTES;
        }
    }

    private void fillEffects() {
        for (int opcode = 0; opcode < 1 << Byte.SIZE; opcode++) {
            Word32.at(opcode * Integer.BYTES).set(page, adminEffect(opcode));
            Word32.at(IO_EFFECTS + opcode * Integer.BYTES).set(page, ioEffect(opcode));
        }
    }

    private static int adminEffect(int opcode) {
        return switch (opcode) {
            case AdminOpcode.FORMAT_NVM -> SUPPORTED | CHANGES_BLOCKS | CHANGES_NAMESPACE | ALONE_IN_NAMESPACE;
            default -> AdminCommands.isSupported(opcode) ? SUPPORTED : 0;
        };
    }

    private static int ioEffect(int opcode) {
        return switch (opcode) {
            case IoOpcode.WRITE, IoOpcode.WRITE_ZEROES, IoOpcode.DATASET_MANAGEMENT -> SUPPORTED | CHANGES_BLOCKS;
            default -> IoCommands.isSupported(opcode) ? SUPPORTED : 0;
        };
    }
}
