// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.data.CommandFields;
import io.jvfio.driver.nvme.queue.QueueShape;
import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.FeatureId;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Word32;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Admin commands, put together and taken apart.
 *
 * <p>Threads: thread-safe.
 */
final class AdminCommands {
    private static final Duration FORMAT_LIMIT = Duration.ofHours(1);

    /** No more lists are asked for: a controller whose lists do not end is not believed. */
    private static final int MOST_NAMESPACES = 64 * Cns.LIST_ENTRIES;

    private final AdminQueue queue;
    private final Duration limit;
    private final String name;

    AdminCommands(AdminQueue queue, Duration limit, String name) {
        this.queue = queue;
        this.limit = limit;
        this.name = name;
    }

    MemorySegment identify(int structure, int namespace) {
        MemorySegment answer = MemorySegment.ofArray(new byte[Cns.SIZE]);
        CommandFields command = command(AdminOpcode.IDENTIFY, namespace);
        queue.read(command.cdw10(AdminCommand.IDENTIFY_CNS.set(0, structure)), answer, limit);
        return answer;
    }

    /** The numbers of the active namespaces, in ascending order. */
    List<Integer> activeNamespaces(ControllerInfo info) {
        if (!info.atLeast(1, 1)) {
            return numbered(info.namespaces());
        }
        List<Integer> found = new ArrayList<>();
        int last = 0;
        while (found.size() < MOST_NAMESPACES) {
            MemorySegment list = identify(Cns.ACTIVE_NAMESPACES, last);
            for (int index = 0; index < Cns.LIST_ENTRIES; index++) {
                int id = Word32.at(index * Integer.BYTES).of(list);
                if (id == 0) {
                    return found;
                }
                if (Integer.compareUnsigned(id, last) <= 0 || Integer.compareUnsigned(id, info.namespaces()) > 0) {
                    throw new ControllerFailedException(
                            name,
                            "its list of namespaces has " + Integer.toUnsignedString(id) + " after "
                                    + Integer.toUnsignedString(last) + ", of "
                                    + Integer.toUnsignedString(info.namespaces()));
                }
                found.add(id);
                last = id;
            }
        }
        throw new ControllerFailedException(name, "its list of namespaces does not end");
    }

    /** Asks for queues; how many pairs may be made. */
    int requestQueues(int pairs) {
        int wanted = FeatureId.QUEUES_SUBMISSION.set(FeatureId.QUEUES_COMPLETION.set(0, pairs - 1), pairs - 1);
        int granted = setFeature(FeatureId.NUMBER_OF_QUEUES, 0, wanted, false);
        int submission = FeatureId.QUEUES_SUBMISSION.of(granted) + 1;
        int completion = FeatureId.QUEUES_COMPLETION.of(granted) + 1;
        return Math.min(pairs, Math.min(submission, completion));
    }

    int setFeature(int feature, int namespace, int value, boolean save) {
        CommandFields command = command(AdminOpcode.SET_FEATURES, namespace)
                .cdw10(AdminCommand.FEATURE_SAVE.set(AdminCommand.FEATURE_ID.set(0, feature), save ? 1 : 0))
                .cdw11(value);
        return queue.execute(command, limit);
    }

    int feature(int feature, int namespace, int select) {
        int which = AdminCommand.FEATURE_SELECT.set(AdminCommand.FEATURE_ID.set(0, feature), select);
        return queue.execute(command(AdminOpcode.GET_FEATURES, namespace).cdw10(which), limit);
    }

    void readLog(int page, int namespace, long offset, MemorySegment target) {
        for (long done = 0; done < target.byteSize(); ) {
            long part = Math.min(queue.dataSize(), target.byteSize() - done);
            readLogPart(page, namespace, offset + done, target.asSlice(done, part));
            done += part;
        }
    }

    private void readLogPart(int page, int namespace, long offset, MemorySegment target) {
        int dwords = (int) (target.byteSize() / Integer.BYTES) - 1;
        CommandFields command = command(AdminOpcode.GET_LOG_PAGE, namespace)
                .cdw10(AdminCommand.LOG_DWORDS_LOW.set(AdminCommand.LOG_ID.set(0, page), dwords & 0xffff))
                .cdw11(AdminCommand.LOG_DWORDS_HIGH.set(0, dwords >>> 16))
                .cdw12((int) offset)
                .cdw13((int) (offset >>> Integer.SIZE));
        queue.read(command, target, limit);
    }

    MemorySegment smart() {
        MemorySegment log = MemorySegment.ofArray(new byte[LogPage.SMART_SIZE]);
        readLog(LogPage.SMART, SubmissionEntry.ALL_NAMESPACES, 0, log);
        return log;
    }

    /** Makes both queues of a pair known, which have the same number. */
    void createQueues(QueueShape pair) {
        int how = AdminCommand.QUEUE_CONTIGUOUS.set(0, 1);
        int completion = pair.vector() < 0
                ? how
                : AdminCommand.CQ_VECTOR.set(AdminCommand.CQ_INTERRUPTS.set(how, 1), pair.vector());
        create(AdminOpcode.CREATE_CQ, pair, pair.completionAddress(), completion);
        create(AdminOpcode.CREATE_SQ, pair, pair.submissionAddress(), AdminCommand.SQ_CQID.set(how, pair.id()));
    }

    private void create(int opcode, QueueShape pair, long address, int how) {
        int entries = pair.submission().entries();
        CommandFields command = command(opcode, 0)
                .prps(address, 0)
                .cdw10(AdminCommand.QUEUE_SIZE.set(AdminCommand.QUEUE_ID.set(0, pair.id()), entries - 1))
                .cdw11(how);
        queue.execute(command, limit);
    }

    /** Has the controller forget both queues of a pair. */
    void deleteQueues(int id) {
        delete(AdminOpcode.DELETE_SQ, id);
        delete(AdminOpcode.DELETE_CQ, id);
    }

    private void delete(int opcode, int id) {
        try {
            queue.execute(command(opcode, 0).cdw10(AdminCommand.QUEUE_ID.set(0, id)), limit);
        } catch (CommandFailedException e) {
            if (!e.is(StatusCode.INVALID_QUEUE_ID)) {
                throw e;
            }
            // It is not there, as it should be.
        }
    }

    /** Whether the controller says that it has aborted the command. */
    boolean abort(int submissionQueue, int cid) {
        int which = AdminCommand.ABORT_CID.set(AdminCommand.ABORT_SQID.set(0, submissionQueue), cid);
        int result = queue.execute(command(AdminOpcode.ABORT, 0).cdw10(which), limit);
        return !AdminCommand.ABORT_FAILED.isSet(result);
    }

    void shadowDoorbells(long values, long events) {
        queue.execute(command(AdminOpcode.DOORBELL_BUFFER_CONFIG, 0).prps(values, events), limit);
    }

    void format(int namespace, int format, int erase) {
        int how = AdminCommand.FORMAT_SES.set(AdminCommand.FORMAT_LBAF.set(0, format), erase);
        queue.execute(command(AdminOpcode.FORMAT_NVM, namespace).cdw10(how), FORMAT_LIMIT);
    }

    private static CommandFields command(int opcode, int namespace) {
        return new CommandFields().clear(opcode, namespace);
    }

    private static List<Integer> numbered(int count) {
        List<Integer> all = new ArrayList<>();
        for (int id = 1; id <= MOST_NAMESPACES && Integer.compareUnsigned(id, count) <= 0; id++) {
            all.add(id);
        }
        return all;
    }
}
