// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
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
import java.util.function.IntSupplier;

/**
 * Admin commands, put together and taken apart.
 *
 * <p>Threads: thread-safe.
 */
final class AdminCommands {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final Duration FORMAT_LIMIT = Duration.ofHours(1);

    /** No more lists are asked for: a controller whose lists do not end is not believed. */
    private static final int MOST_NAMESPACES = 64 * Cns.LIST_ENTRIES;

    /** No more namespaces are asked for one by one. */
    private static final int MOST_NUMBERED = Cns.LIST_ENTRIES;

    /** A command without offsets counts dwords in 16 bits, and in 12 bits in early versions. */
    private static final int MOST_WITHOUT_OFFSETS = 4 << 16;

    private static final int MOST_BEFORE_1_3 = 4 << 12;

    private final AdminQueue queue;
    private final Duration limit;
    private final String name;

    /** What is tried again; known better once the controller has been identified. */
    private volatile Retries retries;

    AdminCommands(AdminQueue queue, Duration limit, Retries retries, String name) {
        this.queue = queue;
        this.limit = limit;
        this.retries = retries;
        this.name = name;
    }

    /** Tries again in this way from now on. */
    void retries(Retries now) {
        retries = now;
    }

    MemorySegment identify(int structure, int namespace) {
        return identify(structure, namespace, retries);
    }

    /** As {@link #identify(int, int)}, but does not wait for what is not ready. */
    MemorySegment identifyNow(int structure, int namespace) {
        return identify(structure, namespace, retries.withoutWaiting());
    }

    private MemorySegment identify(int structure, int namespace, Retries again) {
        MemorySegment answer = MemorySegment.ofArray(new byte[Cns.SIZE]);
        CommandFields command = command(AdminOpcode.IDENTIFY, namespace);
        command.cdw10(AdminCommand.IDENTIFY_CNS.set(0, structure));
        repeat(again, () -> queue.read(command, answer, limit));
        return answer;
    }

    /**
     * The numbers of the active namespaces, in ascending order: from the controller's list, or all that there can be if it
     * has none.
     */
    Numbers activeNamespaces(ControllerInfo info) {
        if (!info.atLeast(1, 1)) {
            return numbered(info.namespaces());
        }
        List<Integer> listed;
        try {
            listed = listed(info.namespaces());
        } catch (CommandFailedException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: no list of namespaces: {1}", name, e.getMessage());
            return numbered(info.namespaces());
        }
        return listed.isEmpty() ? numbered(info.namespaces()) : new Numbers(listed, true);
    }

    /**
     * Numbers of namespaces.
     *
     * @param ids in ascending order
     * @param listed whether the controller says that they are there
     */
    record Numbers(List<Integer> ids, boolean listed) {}

    private List<Integer> listed(int largest) {
        List<Integer> found = new ArrayList<>();
        int last = 0;
        while (found.size() < MOST_NAMESPACES) {
            MemorySegment list = identify(Cns.ACTIVE_NAMESPACES, last);
            for (int index = 0; index < Cns.LIST_ENTRIES; index++) {
                int id = Word32.at(index * Integer.BYTES).of(list);
                if (id == 0) {
                    return found;
                }
                if (Integer.compareUnsigned(id, last) <= 0
                        || largest != 0 && Integer.compareUnsigned(id, largest) > 0) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0}: its list of namespaces is not believed from here on: it has {1} after {2}, of {3}",
                            name,
                            Integer.toUnsignedString(id),
                            Integer.toUnsignedString(last),
                            Integer.toUnsignedString(largest));
                    return found;
                }
                found.add(id);
                last = id;
            }
        }
        LOG.log(System.Logger.Level.WARNING, "{0}: its list of namespaces does not end", name);
        return found;
    }

    /** Asks for queues; how many pairs may be made. */
    int requestQueues(int pairs) {
        int wanted = FeatureId.QUEUES_SUBMISSION.set(FeatureId.QUEUES_COMPLETION.set(0, pairs - 1), pairs - 1);
        try {
            return Math.min(pairs, granted(setFeature(FeatureId.NUMBER_OF_QUEUES, 0, wanted, false)));
        } catch (CommandFailedException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} does not say how many queues it has: {1}", name, e.getMessage());
        }
        try {
            return Math.min(pairs, granted(feature(FeatureId.NUMBER_OF_QUEUES, 0, AdminCommand.SELECT_CURRENT)));
        } catch (CommandFailedException e) {
            return 1; // without which it would be of no use
        }
    }

    private static int granted(int answer) {
        return 1 + Math.min(FeatureId.QUEUES_SUBMISSION.of(answer), FeatureId.QUEUES_COMPLETION.of(answer));
    }

    /** Lets the controller ask for delays before another try, where it has any. */
    void allowRetryDelays(ControllerInfo info) {
        if (info.retryDelays().stream().allMatch(delay -> delay == 0)) {
            return;
        }
        MemorySegment data = MemorySegment.ofArray(new byte[FeatureId.HOST_BEHAVIOR_SIZE]);
        FeatureId.RETRY_DELAYS.set(data, 1);
        CommandFields command =
                command(AdminOpcode.SET_FEATURES, 0).cdw10(AdminCommand.FEATURE_ID.set(0, FeatureId.HOST_BEHAVIOR));
        try {
            queue.write(command, data, limit);
        } catch (CommandFailedException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} asks for no delays: {1}", name, e.getMessage());
        }
    }

    int setFeature(int feature, int namespace, int value, boolean save) {
        CommandFields command = command(AdminOpcode.SET_FEATURES, namespace)
                .cdw10(AdminCommand.FEATURE_SAVE.set(AdminCommand.FEATURE_ID.set(0, feature), save ? 1 : 0))
                .cdw11(value);
        return queue.execute(command, limit);
    }

    int feature(int feature, int namespace, int select) {
        int which = AdminCommand.FEATURE_SELECT.set(AdminCommand.FEATURE_ID.set(0, feature), select);
        CommandFields command = command(AdminOpcode.GET_FEATURES, namespace).cdw10(which);
        return repeat(retries, () -> queue.execute(command, limit));
    }

    /**
     * Reads a log page from its start. In parts, if that is needed and the controller can, of which the last one lets go of
     * the page's event.
     *
     * @param largest how much one transfer moves, in bytes
     * @throws IllegalArgumentException if the controller does not give so much
     */
    void readLog(int page, int namespace, MemorySegment target, ControllerInfo info, int largest) {
        long size = target.byteSize();
        if (size <= queue.dataSize()) {
            readLogPart(page, namespace, 0, target, false);
            return;
        }
        if (!info.hasLogOffsets()) {
            // Offsets would be ignored: each part would be the first one.
            long most = Math.min(largest, info.atLeast(1, 3) ? MOST_WITHOUT_OFFSETS : MOST_BEFORE_1_3);
            if (size > most) {
                throw new IllegalArgumentException(name + " gives no more than " + Hex.of(most) + " bytes of log page "
                        + Hex.of(page) + ", not " + Hex.of(size) + ": it takes no offsets (LPA bit 2)");
            }
            readLogPart(page, namespace, 0, target, false);
            return;
        }
        for (long done = 0; done < size; ) {
            long part = Math.min(queue.dataSize(), size - done);
            boolean retain = done + part < size && info.atLeast(1, 3);
            readLogPart(page, namespace, done, target.asSlice(done, part), retain);
            done += part;
        }
    }

    private void readLogPart(int page, int namespace, long offset, MemorySegment target, boolean retain) {
        int dwords = (int) (target.byteSize() / Integer.BYTES) - 1;
        int which = AdminCommand.LOG_DWORDS_LOW.set(AdminCommand.LOG_ID.set(0, page), dwords & 0xffff);
        CommandFields command = command(AdminOpcode.GET_LOG_PAGE, namespace)
                .cdw10(AdminCommand.LOG_RETAIN.set(which, retain ? 1 : 0))
                .cdw11(AdminCommand.LOG_DWORDS_HIGH.set(0, dwords >>> 16))
                .cdw12((int) offset)
                .cdw13((int) (offset >>> Integer.SIZE));
        repeat(retries, () -> queue.read(command, target, limit));
    }

    /** Reads so little of a log page that one transfer has it; its event is let go. */
    void readLogStart(int page, int namespace, MemorySegment target) {
        readLogPart(page, namespace, 0, target, false);
    }

    MemorySegment smart() {
        MemorySegment log = MemorySegment.ofArray(new byte[LogPage.SMART_SIZE]);
        readLogStart(LogPage.SMART, SubmissionEntry.ALL_NAMESPACES, log);
        return log;
    }

    /** Lets the controller tell of so many events. */
    void requestEvents(ControllerInfo info) {
        queue.requestEvents(info.eventRequests());
    }

    /** What became of requests for events. */
    List<AdminQueue.EventAnswer> takeEvents() {
        return queue.takeEvents();
    }

    /** Does a command that only asks for something, again if that makes sense. */
    private static int repeat(Retries again, IntSupplier command) {
        long start = System.nanoTime();
        int failures = 0;
        for (int attempts = 1; ; attempts++) {
            try {
                return command.getAsInt();
            } catch (CommandFailedException e) {
                failures += Retries.notReady(e.status()) ? 0 : 1;
                if (!again.again(e.status(), failures, System.nanoTime() - start)) {
                    throw e;
                }
                Retries.pause(again.pauseNanos(e.status(), attempts));
            }
        }
    }

    /** Makes both queues of a pair known, which have the same number. */
    void createQueues(QueueShape pair) {
        int how = AdminCommand.QUEUE_CONTIGUOUS.set(0, 1);
        int completion = pair.vector() < 0
                ? how
                : AdminCommand.CQ_VECTOR.set(AdminCommand.CQ_INTERRUPTS.set(how, 1), pair.vector());
        create(AdminOpcode.CREATE_CQ, pair, pair.completionAddress(), completion);
        try {
            create(AdminOpcode.CREATE_SQ, pair, pair.submissionAddress(), AdminCommand.SQ_CQID.set(how, pair.id()));
        } catch (CommandFailedException e) {
            // Half a pair would be in the way of the next try, and its memory is freed.
            try {
                delete(AdminOpcode.DELETE_CQ, pair.id());
            } catch (CommandFailedException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
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

    /** All numbers that there can be. */
    static Numbers numbered(int count) {
        List<Integer> all = new ArrayList<>();
        for (int id = 1; id <= MOST_NUMBERED && Integer.compareUnsigned(id, count) <= 0; id++) {
            all.add(id);
        }
        return new Numbers(all, false);
    }
}
