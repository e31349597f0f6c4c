// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;

/**
 * The admin commands that create and delete I/O queues (5.3 to 5.6), and the one that moves their doorbells (5.7).
 *
 * <p>Threads: one at a time.
 */
final class QueueCommands {
    private static final int SMALLEST_PAGE = 4096;

    private final Registers registers;
    private final Queues queues;

    QueueCommands(Registers registers, Queues queues) {
        this.registers = registers;
        this.queues = queues;
    }

    /** The size of memory pages that the driver has chosen, in bytes. */
    static int pageSize(int cc) {
        return SMALLEST_PAGE << ControllerRegisters.CC_MPS.of(cc);
    }

    StatusCode createCompletion(Command command) {
        int id = AdminCommand.QUEUE_ID.of(command.cdw10());
        if (!queues.isAllowed(id) || queues.completion(id) != null) {
            return StatusCode.INVALID_QUEUE_ID;
        }
        boolean interrupts = AdminCommand.CQ_INTERRUPTS.isSet(command.cdw11());
        int vector = AdminCommand.CQ_VECTOR.of(command.cdw11());
        int shift = ControllerRegisters.CC_IOCQES.of(registers.cc());
        StatusCode status = checkPlace(command, CompletionEntry.SIZE, shift == CompletionEntry.SIZE_SHIFT);
        if (status != StatusCode.SUCCESS) {
            return status;
        }
        if (interrupts && vector > queues.most()) {
            return StatusCode.INVALID_INTERRUPT_VECTOR;
        }
        queues.add(new CompletionQueue(id, command.prp1(), size(command), interrupts ? vector : -1), size(command));
        return StatusCode.SUCCESS;
    }

    StatusCode createSubmission(Command command) {
        int id = AdminCommand.QUEUE_ID.of(command.cdw10());
        int cqid = AdminCommand.SQ_CQID.of(command.cdw11());
        if (!queues.isAllowed(id) || queues.submission(id) != null || !queues.isAllowed(cqid)) {
            return StatusCode.INVALID_QUEUE_ID;
        }
        CompletionQueue completions = queues.completion(cqid);
        if (completions == null) {
            return StatusCode.INVALID_COMPLETION_QUEUE;
        }
        int shift = ControllerRegisters.CC_IOSQES.of(registers.cc());
        StatusCode status = checkPlace(command, SubmissionEntry.SIZE, shift == SubmissionEntry.SIZE_SHIFT);
        if (status == StatusCode.SUCCESS) {
            queues.add(new SubmissionQueue(id, command.prp1(), size(command), completions));
        }
        return status;
    }

    private static int size(Command command) {
        return AdminCommand.QUEUE_SIZE.of(command.cdw10()) + 1;
    }

    /** Queues are contiguous, start a page, and do not pass the last address. */
    private StatusCode checkPlace(Command command, int entry, boolean entrySizeFits) {
        int size = size(command);
        if (size < 2 || size > Registers.MOST_ENTRIES || !entrySizeFits) {
            return StatusCode.INVALID_QUEUE_SIZE;
        }
        long base = command.prp1();
        long last = base + (long) size * entry - 1;
        if (!AdminCommand.QUEUE_CONTIGUOUS.isSet(command.cdw11()) || Long.compareUnsigned(last, base) < 0) {
            return StatusCode.INVALID_FIELD;
        }
        return (base & pageSize(registers.cc()) - 1L) != 0 ? StatusCode.PRP_OFFSET_INVALID : StatusCode.SUCCESS;
    }

    StatusCode deleteSubmission(Command command) {
        int id = AdminCommand.QUEUE_ID.of(command.cdw10());
        SubmissionQueue queue = id == 0 ? null : queues.submission(id);
        if (queue == null) {
            return StatusCode.INVALID_QUEUE_ID;
        }
        queues.removeSubmission(queue);
        return StatusCode.SUCCESS;
    }

    StatusCode deleteCompletion(Command command) {
        int id = AdminCommand.QUEUE_ID.of(command.cdw10());
        CompletionQueue queue = id == 0 ? null : queues.completion(id);
        if (queue == null) {
            return StatusCode.INVALID_QUEUE_ID;
        }
        if (queue.users() > 0) {
            return StatusCode.INVALID_QUEUE_DELETION;
        }
        queues.removeCompletion(queue);
        return StatusCode.SUCCESS;
    }

    StatusCode shadowDoorbells(Command command) {
        long page = pageSize(registers.cc());
        long values = command.prp1();
        long wanted = command.prp2();
        if (values == 0 || wanted == 0 || (values & page - 1) != 0 || (wanted & page - 1) != 0) {
            return StatusCode.INVALID_FIELD;
        }
        return queues.shadow(values, wanted) ? StatusCode.SUCCESS : StatusCode.DATA_TRANSFER_ERROR;
    }
}
