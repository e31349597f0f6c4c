// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.IoOpcode.*;

import io.jvfio.driver.nvme.spec.DatasetRange;
import io.jvfio.driver.nvme.spec.IoCommand;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;

/**
 * The NVM command set (6).
 *
 * <p>Threads: one at a time. Reads and writes allocate nothing.
 */
final class IoCommands {
    /** Giving a range back takes about as long as moving this many bytes. */
    private static final int RANGE_COST = 64 * 1024;

    private final Namespaces namespaces;
    private final Features features;
    private final Health health;
    private final DataPointer data;
    private final MemorySegment page;

    /** How many bytes the last command moved, or how many it would have moved in the time it took. */
    private long moved;

    IoCommands(NvmeController.Parts parts) {
        this.namespaces = parts.namespaces();
        this.features = parts.features();
        this.health = parts.health();
        this.data = parts.data();
        this.page = parts.page();
    }

    static boolean isSupported(int opcode) {
        return switch (opcode) {
            case FLUSH, WRITE, READ, COMPARE, WRITE_ZEROES, DATASET_MANAGEMENT, VERIFY -> true;
            default -> false;
        };
    }

    /** How much the last command did, in bytes. */
    long moved() {
        return moved;
    }

    /** Does a command. */
    StatusCode execute(Command command) {
        moved = 0;
        int opcode = command.opcode();
        if (!isSupported(opcode)) {
            return StatusCode.INVALID_OPCODE;
        }
        if (command.isFused()) {
            return StatusCode.INVALID_FIELD;
        }
        try {
            if (opcode == FLUSH && command.nsid() == SubmissionEntry.ALL_NAMESPACES) {
                return flushAll();
            }
            Namespace namespace = namespaces.active(command.nsid());
            return namespace == null ? namespaces.refusal(command.nsid()) : execute(command, namespace);
        } catch (UncheckedIOException e) {
            return StatusCode.WRITE_FAULT;
        }
    }

    private StatusCode execute(Command command, Namespace namespace) {
        return switch (command.opcode()) {
            case FLUSH -> flush(namespace);
            case DATASET_MANAGEMENT -> manage(command, namespace);
            default -> onBlocks(command, namespace);
        };
    }

    private StatusCode flushAll() {
        for (Namespace each : namespaces.all()) {
            if (each.attached()) {
                flush(each);
            }
        }
        return StatusCode.SUCCESS;
    }

    private static StatusCode flush(Namespace namespace) {
        namespace.media().flush(0, namespace.bytes());
        return StatusCode.SUCCESS;
    }

    /** The commands that name a first block and a number of blocks. */
    private StatusCode onBlocks(Command command, Namespace namespace) {
        long blocks = IoCommand.BLOCKS.of(command.cdw12()) + 1L;
        int shift = namespace.blockShift();
        long length = blocks << shift;
        int opcode = command.opcode();
        boolean transfers = opcode == READ || opcode == WRITE || opcode == COMPARE;
        if (transfers && length > Identity.LARGEST_TRANSFER) {
            return StatusCode.INVALID_FIELD;
        }
        if (!namespace.contains(command.firstBlock(), blocks)) {
            return StatusCode.LBA_OUT_OF_RANGE;
        }
        long start = command.firstBlock() << shift;
        return switch (opcode) {
            case READ -> read(command, namespace, start, length);
            case WRITE -> write(command, namespace, start, length);
            case COMPARE -> compare(command, namespace, start, length);
            case WRITE_ZEROES -> writeZeroes(command, namespace, start, length);
            default -> StatusCode.SUCCESS; // verify: what is here can be read
        };
    }

    private StatusCode read(Command command, Namespace namespace, long start, long length) {
        StatusCode status = data.find(command, length, true);
        if (status == StatusCode.SUCCESS) {
            moved = length;
            health.countRead(length);
            status = data.write(namespace.media().memory(), start);
        }
        return status;
    }

    private StatusCode write(Command command, Namespace namespace, long start, long length) {
        StatusCode status = data.find(command, length, false);
        if (status == StatusCode.SUCCESS) {
            moved = length;
            health.countWrite(length);
            status = data.read(namespace.media().memory(), start);
        }
        if (status == StatusCode.SUCCESS) {
            settle(command, namespace, start, length);
        }
        return status;
    }

    private StatusCode compare(Command command, Namespace namespace, long start, long length) {
        StatusCode status = data.find(command, length, false);
        if (status == StatusCode.SUCCESS) {
            moved = length;
            status = data.compare(namespace.media().memory(), start);
        }
        return status;
    }

    private StatusCode writeZeroes(Command command, Namespace namespace, long start, long length) {
        moved = length;
        if (IoCommand.DEALLOCATE.isSet(command.cdw12())) {
            namespace.media().clear(start, length);
        } else {
            namespace.media().memory().asSlice(start, length).fill((byte) 0);
        }
        settle(command, namespace, start, length);
        return StatusCode.SUCCESS;
    }

    /** What may not stay in a cache is written out. */
    private void settle(Command command, Namespace namespace, long start, long length) {
        if (namespace.media().persistent()
                && (IoCommand.FORCE_UNIT_ACCESS.isSet(command.cdw12()) || !features.isCacheOn())) {
            namespace.media().flush(start, length);
        }
    }

    private StatusCode manage(Command command, Namespace namespace) {
        int ranges = IoCommand.RANGES.of(command.cdw10()) + 1;
        long length = (long) ranges * DatasetRange.SIZE;
        StatusCode status = data.find(command, length, false);
        if (status == StatusCode.SUCCESS) {
            status = data.read(page, 0);
        }
        if (status != StatusCode.SUCCESS) {
            return status;
        }
        for (long at = 0; at < length; at += DatasetRange.SIZE) {
            if (!namespace.contains(first(at), count(at))) {
                return StatusCode.LBA_OUT_OF_RANGE;
            }
        }
        if (IoCommand.DEALLOCATE_RANGES.isSet(command.cdw11())) {
            int shift = namespace.blockShift();
            moved = (long) ranges * RANGE_COST;
            for (long at = 0; at < length; at += DatasetRange.SIZE) {
                namespace.media().deallocate(first(at) << shift, count(at) << shift);
            }
        }
        return StatusCode.SUCCESS;
    }

    private long first(long at) {
        return DatasetRange.START.of(page, at);
    }

    private long count(long at) {
        return Integer.toUnsignedLong(DatasetRange.BLOCKS.of(page, at));
    }
}
