// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.FeatureId.*;

import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AsyncEvent;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Field;
import java.util.BitSet;

/**
 * Features whose value is one dword (5.15, 5.21): their current, saved and default values. A reset returns each to its
 * saved value.
 *
 * <p>Threads: one at a time.
 */
final class Features {
    private static final int SAVEABLE = 1;
    private static final int PER_NAMESPACE = 1 << 1;
    private static final int CHANGEABLE = 1 << 2;
    private static final int COUNT = TIMESTAMP + 1;

    private static final Field POWER_STATE = Field.bits(4, 0);
    private static final Field TEMPERATURE_SENSOR = Field.bits(19, 16);
    private static final Field TEMPERATURE_KIND = Field.bits(21, 20);
    private static final Field DEALLOCATED_ERROR = Field.bit(16);
    private static final int COMPOSITE = 0;
    private static final int ALL_SENSORS = 0xf;
    private static final int OVER = 0;
    private static final int UNDER = 1;

    /** Above this many kelvins is a warning, unless the driver says otherwise; identify tells the same. */
    static final int WARNING_TEMPERATURE = 343;

    private static final int TOO_MANY_QUEUES = 0xffff;

    private final Queues queues;
    private final Namespaces namespaces;
    private final AsyncEvents events;
    private final int[] current = new int[COUNT];
    private final int[] saved = new int[COUNT];

    /** The thresholds above which, and below which, the temperature is a warning. */
    private final int[] thresholds = {WARNING_TEMPERATURE, 0};

    private final int[] savedThresholds = {WARNING_TEMPERATURE, 0};
    private final BitSet vectorsWithoutCoalescing = new BitSet();
    private boolean warned;
    private int result;

    Features(Queues queues, Namespaces namespaces, AsyncEvents events) {
        this.queues = queues;
        this.namespaces = namespaces;
        this.events = events;
        for (int id = 0; id < COUNT; id++) {
            saved[id] = standard(id);
            current[id] = saved[id];
        }
    }

    /** What can be done with a feature, as get features tells it; -1 if there is no such feature. */
    static int capabilities(int id) {
        return switch (id) {
            case ARBITRATION,
                    TEMPERATURE_THRESHOLD,
                    VOLATILE_WRITE_CACHE,
                    INTERRUPT_COALESCING,
                    WRITE_ATOMICITY,
                    ASYNC_EVENTS -> SAVEABLE | CHANGEABLE;
            case ERROR_RECOVERY -> SAVEABLE | PER_NAMESPACE | CHANGEABLE;
            case POWER_MANAGEMENT, NUMBER_OF_QUEUES, INTERRUPT_VECTOR, TIMESTAMP -> CHANGEABLE;
            default -> -1;
        };
    }

    private static int standard(int id) {
        return id == VOLATILE_WRITE_CACHE ? 1 : 0;
    }

    /** Dword 0 of the completion of the last command. */
    int result() {
        return result;
    }

    boolean isCacheOn() {
        return CACHE_ENABLED.isSet(current[VOLATILE_WRITE_CACHE]);
    }

    /** Whether an event about namespaces is wanted. */
    boolean wantsNamespaceEvents() {
        return EVENTS_NAMESPACES.isSet(current[ASYNC_EVENTS]);
    }

    /** The critical warning of the health page. */
    int criticalWarning() {
        boolean beyond = Health.TEMPERATURE >= thresholds[OVER] || Health.TEMPERATURE <= thresholds[UNDER];
        return beyond ? Health.WARNING_TEMPERATURE : 0;
    }

    /** Checks what all of get features have in common, and finds the value of all but the timestamp. */
    StatusCode get(Command command) {
        int id = AdminCommand.FEATURE_ID.of(command.cdw10());
        int select = AdminCommand.FEATURE_SELECT.of(command.cdw10());
        int capabilities = capabilities(id);
        result = 0;
        if (capabilities < 0 || select > AdminCommand.SELECT_CAPABILITIES) {
            return StatusCode.INVALID_FIELD;
        }
        if (select == AdminCommand.SELECT_CAPABILITIES) {
            result = capabilities;
            return StatusCode.SUCCESS;
        }
        return switch (id) {
            case ERROR_RECOVERY -> getErrorRecovery(command.nsid(), select);
            case TEMPERATURE_THRESHOLD -> getThreshold(command.cdw11(), select);
            case INTERRUPT_VECTOR -> getVector(command.cdw11(), select);
            case NUMBER_OF_QUEUES -> {
                int pairs = (select == AdminCommand.SELECT_CURRENT ? queues.allowed() : queues.most()) - 1;
                result = QUEUES_COMPLETION.set(QUEUES_SUBMISSION.set(0, pairs), pairs);
                yield StatusCode.SUCCESS;
            }
            default -> {
                result = value(select, current[id], saved[id], standard(id));
                yield StatusCode.SUCCESS;
            }
        };
    }

    private static int value(int select, int now, int kept, int standard) {
        return switch (select) {
            case AdminCommand.SELECT_CURRENT -> now;
            case AdminCommand.SELECT_SAVED -> kept;
            default -> standard;
        };
    }

    private StatusCode getErrorRecovery(int nsid, int select) {
        Namespace namespace = namespaces.active(nsid);
        if (namespace == null) {
            return namespaces.refusal(nsid);
        }
        result = value(select, namespace.errorRecovery(), namespace.savedErrorRecovery(), 0);
        return StatusCode.SUCCESS;
    }

    private StatusCode getThreshold(int which, int select) {
        int kind = TEMPERATURE_KIND.of(which);
        if (TEMPERATURE_SENSOR.of(which) != COMPOSITE || kind > UNDER) {
            return StatusCode.INVALID_FIELD;
        }
        result = value(select, thresholds[kind], savedThresholds[kind], kind == OVER ? WARNING_TEMPERATURE : 0);
        return StatusCode.SUCCESS;
    }

    private StatusCode getVector(int which, int select) {
        int vector = VECTOR.of(which);
        if (vector > queues.most()) {
            return StatusCode.INVALID_FIELD;
        }
        boolean off = select == AdminCommand.SELECT_CURRENT && vectorsWithoutCoalescing.get(vector);
        result = VECTOR_DISABLE_COALESCING.set(vector, off ? 1 : 0);
        return StatusCode.SUCCESS;
    }

    /** Checks what all of set features have in common, and sets all but the timestamp. */
    StatusCode set(Command command) {
        int id = AdminCommand.FEATURE_ID.of(command.cdw10());
        boolean save = AdminCommand.FEATURE_SAVE.isSet(command.cdw10());
        int capabilities = capabilities(id);
        result = 0;
        if (capabilities < 0) {
            return StatusCode.INVALID_FIELD;
        }
        if (save && (capabilities & SAVEABLE) == 0) {
            return StatusCode.FEATURE_NOT_SAVEABLE;
        }
        boolean all = command.nsid() == 0 || command.nsid() == SubmissionEntry.ALL_NAMESPACES;
        if ((capabilities & PER_NAMESPACE) == 0 && !all) {
            return namespaces.isValid(command.nsid())
                    ? StatusCode.FEATURE_NOT_PER_NAMESPACE
                    : StatusCode.INVALID_NAMESPACE_OR_FORMAT;
        }
        return switch (id) {
            case ERROR_RECOVERY -> setErrorRecovery(command.nsid(), command.cdw11(), save);
            case TEMPERATURE_THRESHOLD -> setThreshold(command.cdw11(), save);
            case INTERRUPT_VECTOR -> setVector(command.cdw11());
            case NUMBER_OF_QUEUES -> setQueues(command.cdw11());
            case POWER_MANAGEMENT -> setPower(command.cdw11());
            default -> {
                keep(id, command.cdw11(), save);
                yield StatusCode.SUCCESS;
            }
        };
    }

    private void keep(int id, int value, boolean save) {
        current[id] = value;
        if (save) {
            saved[id] = value;
        }
        if (id == ASYNC_EVENTS) {
            warn();
        }
    }

    private StatusCode setPower(int value) {
        if (POWER_STATE.of(value) != 0) {
            return StatusCode.INVALID_FIELD;
        }
        current[POWER_MANAGEMENT] = value;
        return StatusCode.SUCCESS;
    }

    private StatusCode setQueues(int value) {
        int submissions = QUEUES_SUBMISSION.of(value);
        int completions = QUEUES_COMPLETION.of(value);
        if (submissions == TOO_MANY_QUEUES || completions == TOO_MANY_QUEUES) {
            return StatusCode.INVALID_FIELD;
        }
        if (queues.hasIoQueues()) {
            return StatusCode.COMMAND_SEQUENCE_ERROR;
        }
        int pairs = Math.min(queues.most(), Math.max(submissions, completions) + 1);
        queues.allowed(pairs);
        result = QUEUES_COMPLETION.set(QUEUES_SUBMISSION.set(0, pairs - 1), pairs - 1);
        return StatusCode.SUCCESS;
    }

    private StatusCode setVector(int value) {
        int vector = VECTOR.of(value);
        if (vector > queues.most()) {
            return StatusCode.INVALID_FIELD;
        }
        vectorsWithoutCoalescing.set(vector, VECTOR_DISABLE_COALESCING.isSet(value));
        return StatusCode.SUCCESS;
    }

    private StatusCode setErrorRecovery(int nsid, int value, boolean save) {
        if (DEALLOCATED_ERROR.isSet(value)) {
            return StatusCode.INVALID_FIELD;
        }
        if (nsid == SubmissionEntry.ALL_NAMESPACES) {
            namespaces.all().forEach(namespace -> namespace.errorRecovery(value, save));
            return StatusCode.SUCCESS;
        }
        Namespace namespace = namespaces.active(nsid);
        if (namespace == null) {
            return namespaces.refusal(nsid);
        }
        namespace.errorRecovery(value, save);
        return StatusCode.SUCCESS;
    }

    private StatusCode setThreshold(int value, boolean save) {
        int kind = TEMPERATURE_KIND.of(value);
        int sensor = TEMPERATURE_SENSOR.of(value);
        if (kind > UNDER || sensor != COMPOSITE && sensor != ALL_SENSORS) {
            return StatusCode.INVALID_FIELD;
        }
        thresholds[kind] = TEMPERATURE.of(value);
        if (save) {
            savedThresholds[kind] = thresholds[kind];
        }
        warn();
        return StatusCode.SUCCESS;
    }

    /** Tells of a warning that begins, and of one that the driver did not want to hear of before. */
    private void warn() {
        int wanted = EVENTS_SMART.of(current[ASYNC_EVENTS]) & criticalWarning();
        if (wanted != 0 && !warned) {
            events.raise(AsyncEvent.SMART, AsyncEvent.TEMPERATURE);
        }
        warned = wanted != 0;
    }

    /** What a reset of the controller does. */
    void reset() {
        System.arraycopy(saved, 0, current, 0, COUNT);
        System.arraycopy(savedThresholds, 0, thresholds, 0, thresholds.length);
        vectorsWithoutCoalescing.clear();
        warned = false;
    }
}
