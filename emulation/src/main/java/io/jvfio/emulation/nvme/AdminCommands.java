// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.AdminOpcode.*;

import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.FeatureId;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The admin command set (5).
 *
 * <p>Threads: one at a time.
 */
final class AdminCommands {
    private static final int NO_ERASE = 0;
    private static final int ERASE_USER_DATA = 1;

    private final Identity identity;
    private final Namespaces namespaces;
    private final QueueCommands queueCommands;
    private final Queues queues;
    private final Features features;
    private final Timestamp timestamp;
    private final LogPages logPages;
    private final AsyncEvents events;
    private final GuestMemory memory;
    private final DataPointer data;
    private final MemorySegment page;
    private final Oddities oddities;

    /** Dword 0 of the completion of the last command. */
    private int result;

    AdminCommands(NvmeController.Parts parts) {
        this.identity = parts.identity();
        this.namespaces = parts.namespaces();
        this.queues = parts.queues();
        this.queueCommands = new QueueCommands(parts.ports().registers(), parts.queues());
        this.features = parts.features();
        this.timestamp = parts.timestamp();
        this.logPages = parts.logPages();
        this.events = parts.events();
        this.memory = parts.ports().memory();
        this.data = parts.data();
        this.page = parts.page();
        this.oddities = parts.oddities();
    }

    static boolean isSupported(int opcode) {
        return switch (opcode) {
            case DELETE_SQ,
                    CREATE_SQ,
                    GET_LOG_PAGE,
                    DELETE_CQ,
                    CREATE_CQ,
                    IDENTIFY,
                    ABORT,
                    SET_FEATURES,
                    GET_FEATURES,
                    ASYNC_EVENT_REQUEST,
                    DOORBELL_BUFFER_CONFIG,
                    FORMAT_NVM -> true;
            default -> false;
        };
    }

    /** Dword 0 of the completion of the last command. */
    int result() {
        return result;
    }

    /** Does a command. Returns null if it completes later. */
    @Nullable StatusCode execute(Command command) {
        result = 0;
        if (command.isFused() || command.psdt() != SubmissionEntry.PSDT_PRP) {
            return isSupported(command.opcode()) ? StatusCode.INVALID_FIELD : StatusCode.INVALID_OPCODE;
        }
        if (oddities.pretends(command)) {
            result = oddities.result(command, 0);
            return StatusCode.SUCCESS;
        }
        return switch (command.opcode()) {
            case DELETE_SQ -> queueCommands.deleteSubmission(command);
            case CREATE_SQ -> queueCommands.createSubmission(command);
            case DELETE_CQ -> queueCommands.deleteCompletion(command);
            case CREATE_CQ -> queueCommands.createCompletion(command);
            case DOORBELL_BUFFER_CONFIG -> queueCommands.shadowDoorbells(command);
            case GET_LOG_PAGE -> logPages.get(command);
            case IDENTIFY -> identify(command);
            case ABORT -> abort(command);
            case SET_FEATURES -> setFeatures(command);
            case GET_FEATURES -> features(command);
            case ASYNC_EVENT_REQUEST -> events.request(command.cid());
            case FORMAT_NVM -> format(command);
            default -> StatusCode.INVALID_OPCODE;
        };
    }

    private StatusCode identify(Command command) {
        page.fill((byte) 0);
        StatusCode status = fill(AdminCommand.IDENTIFY_CNS.of(command.cdw10()), command.nsid());
        if (status != StatusCode.SUCCESS) {
            return status;
        }
        oddities.spoil(command, page);
        return data.give(command, page, Cns.SIZE);
    }

    private StatusCode fill(int cns, int nsid) {
        Namespace namespace = namespaces.active(nsid);
        switch (cns) {
            case Cns.NAMESPACE -> {
                if (namespace != null) {
                    namespace.identify(page);
                }
                // What is valid but not active is all zeroes.
                return namespaces.isValid(nsid) ? StatusCode.SUCCESS : StatusCode.INVALID_NAMESPACE_OR_FORMAT;
            }
            case Cns.CONTROLLER -> identity.fill(namespaces, page);
            case Cns.ACTIVE_NAMESPACES -> {
                return namespaces.list(nsid, page);
            }
            case Cns.NAMESPACE_DESCRIPTORS -> {
                if (namespace == null) {
                    return namespaces.refusal(nsid);
                }
                namespace.describe(page);
            }
            default -> {
                return StatusCode.INVALID_FIELD;
            }
        }
        return StatusCode.SUCCESS;
    }

    private StatusCode features(Command command) {
        StatusCode status = features.get(command);
        result = oddities.result(command, features.result());
        boolean hasData = AdminCommand.FEATURE_ID.of(command.cdw10()) == FeatureId.TIMESTAMP
                && AdminCommand.FEATURE_SELECT.of(command.cdw10()) != AdminCommand.SELECT_CAPABILITIES;
        if (status == StatusCode.SUCCESS && hasData) {
            page.fill((byte) 0);
            if (AdminCommand.FEATURE_SELECT.of(command.cdw10()) == AdminCommand.SELECT_CURRENT) {
                timestamp.fill(page);
            }
            return data.give(command, page, Timestamp.SIZE);
        }
        return status;
    }

    private StatusCode setFeatures(Command command) {
        StatusCode status = features.set(command);
        result = oddities.result(command, features.result());
        if (status == StatusCode.SUCCESS && AdminCommand.FEATURE_ID.of(command.cdw10()) == FeatureId.TIMESTAMP) {
            status = data.take(command, page, Timestamp.SIZE);
            if (status == StatusCode.SUCCESS) {
                timestamp.take(page);
            }
        }
        return status;
    }

    /** Commands are done one after the other, so what can be aborted are requests for events and what waits in a queue. */
    private StatusCode abort(Command command) {
        int sqid = AdminCommand.ABORT_SQID.of(command.cdw10());
        int cid = AdminCommand.ABORT_CID.of(command.cdw10());
        SubmissionQueue queue = queues.submission(sqid);
        if (queue == null) {
            return StatusCode.INVALID_FIELD;
        }
        result = AdminCommand.ABORT_FAILED.set(0, 1);
        if (sqid == 0) {
            result = events.abort(cid) ? 0 : result;
        } else if (queues.refresh(queue) && abortWaiting(queue, cid)) {
            result = 0;
        }
        return StatusCode.SUCCESS;
    }

    private boolean abortWaiting(SubmissionQueue queue, int cid) {
        for (int i = 0; i < queue.waiting(); i++) {
            long first = memory.load(queue.addressOf(i));
            if (first < 0) {
                return false;
            }
            if (first >>> Short.SIZE == cid) {
                return queue.abort(i);
            }
        }
        return false;
    }

    private StatusCode format(Command command) {
        int options = command.cdw10();
        int number = AdminCommand.FORMAT_LBAF.of(options);
        int erase = AdminCommand.FORMAT_SES.of(options);
        if (!Namespace.hasFormat(number) || AdminCommand.FORMAT_PI.of(options) != 0) {
            return StatusCode.INVALID_FORMAT;
        }
        if (erase != NO_ERASE && erase != ERASE_USER_DATA) {
            return StatusCode.INVALID_FIELD;
        }
        if (command.nsid() == SubmissionEntry.ALL_NAMESPACES) {
            namespaces.all().stream().filter(Namespace::attached).forEach(each -> each.format(number));
            return StatusCode.SUCCESS;
        }
        Namespace namespace = namespaces.active(command.nsid());
        if (namespace == null) {
            return namespaces.refusal(command.nsid());
        }
        namespace.format(number);
        return StatusCode.SUCCESS;
    }
}
