// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.IdentifyController;
import io.jvfio.driver.nvme.spec.StatusCode;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this controller refuses, delays and answers wrongly, by {@link OddRule rules}.
 *
 * <p>Threads: one at a time, but for {@link #register}, which any number may ask.
 */
final class Oddities {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int ONES = 0x0101_0101;

    /** A rule, and how often it has been used. */
    private static final class Use {
        private final OddRule rule;
        private long count;

        Use(OddRule rule) {
            this.rule = rule;
        }

        boolean fits(OddRule.Kind kind, OddRule.@Nullable Target target, int id) {
            return rule.kind() == kind
                    && rule.target() == target
                    && (rule.id() < 0 || rule.id() == id)
                    && count < rule.most();
        }
    }

    private final List<Use> uses = new ArrayList<>();
    private final boolean logOffsets;
    private final LongSupplier nanos;
    private long started;

    /**
     * Oddities by rules.
     *
     * @param nanos the clock
     */
    Oddities(List<OddRule> rules, LongSupplier nanos) {
        this.nanos = nanos;
        boolean offsets = true;
        for (OddRule rule : rules) {
            uses.add(new Use(rule));
            boolean attributes = rule.kind() == OddRule.Kind.LIE
                    && rule.target() == OddRule.Target.IDENTIFY_CONTROLLER
                    && (rule.offset() < 0 || rule.offset() == IdentifyController.LPA.offset());
            offsets &= !attributes || IdentifyController.LPA_EXTENDED.isSet(rule.value());
        }
        this.logOffsets = offsets;
    }

    static Oddities none() {
        return new Oddities(List.of(), () -> 0);
    }

    /** Whether log pages are given from the offset on that a command asks for, and not from their start. */
    boolean takesLogOffsets() {
        return logOffsets;
    }

    /** The controller has started. */
    void started() {
        started = nanos.getAsLong();
    }

    /** How a command is refused, or null. */
    @Nullable StatusCode refusal(Command command, boolean isAdmin) {
        if (uses.isEmpty()) {
            return null;
        }
        OddRule rule = use(OddRule.Kind.REFUSE, target(command, isAdmin), id(command, isAdmin));
        return rule == null ? null : rule.status();
    }

    /** How long an admin command has to wait, in nanoseconds. */
    long delay(Command command) {
        if (uses.isEmpty()) {
            return 0;
        }
        OddRule rule = use(OddRule.Kind.DELAY, target(command, true), id(command, true));
        return rule == null ? 0 : rule.millis() * NANOS_PER_MILLI;
    }

    /** Whether an admin command that has no answer is said to be done and is not. */
    boolean pretends(Command command) {
        boolean answers = switch (command.opcode()) {
            case AdminOpcode.IDENTIFY, AdminOpcode.GET_LOG_PAGE, AdminOpcode.SET_FEATURES, AdminOpcode.GET_FEATURES ->
                true;
            default -> false;
        };
        return !answers && lie(command) != null;
    }

    /** What a command that {@link #pretends} answers, and one whose answer is a dword. */
    int result(Command command, int truth) {
        OddRule rule = lie(command);
        if (rule == null) {
            return truth;
        }
        if (rule.offset() < 0) {
            return rule.value() * ONES;
        }
        int shift = Byte.SIZE * (rule.offset() % Integer.BYTES);
        return truth & ~(0xff << shift) | rule.value() << shift;
    }

    /** Makes the data of a command wrong. */
    void spoil(Command command, MemorySegment data) {
        for (Use each : uses) {
            if (each.fits(OddRule.Kind.LIE, target(command, true), id(command, true))) {
                each.count++;
                spoil(each.rule, data);
            }
        }
    }

    private static void spoil(OddRule rule, MemorySegment data) {
        if (rule.offset() < 0) {
            data.fill((byte) rule.value());
        } else if (rule.offset() < data.byteSize()) {
            data.asSlice(rule.offset(), 1).fill((byte) rule.value());
        }
    }

    /** What a register reads as. */
    long register(OddRule.Target register, long truth) {
        long read = truth;
        for (Use each : uses) {
            OddRule rule = each.rule;
            if (rule.kind() == OddRule.Kind.LIE && rule.target() == register) {
                int shift = Byte.SIZE * (Math.max(0, rule.offset()) % Long.BYTES);
                read = read & ~(0xffL << shift) | (long) rule.value() << shift;
            }
        }
        return read;
    }

    private @Nullable OddRule lie(Command command) {
        return uses.isEmpty() ? null : use(OddRule.Kind.LIE, target(command, true), id(command, true));
    }

    private @Nullable OddRule use(OddRule.Kind kind, OddRule.@Nullable Target target, int id) {
        for (Use each : uses) {
            if (each.fits(kind, target, id) && inTime(each.rule)) {
                each.count++;
                return each.rule;
            }
        }
        return null;
    }

    private boolean inTime(OddRule rule) {
        return rule.kind() != OddRule.Kind.REFUSE
                || rule.millis() == 0
                || nanos.getAsLong() - started < rule.millis() * NANOS_PER_MILLI;
    }

    private static OddRule.@Nullable Target target(Command command, boolean isAdmin) {
        if (!isAdmin) {
            return OddRule.Target.IO;
        }
        return switch (command.opcode()) {
            case AdminOpcode.IDENTIFY ->
                switch (AdminCommand.IDENTIFY_CNS.of(command.cdw10())) {
                    case Cns.CONTROLLER -> OddRule.Target.IDENTIFY_CONTROLLER;
                    case Cns.NAMESPACE -> OddRule.Target.IDENTIFY_NAMESPACE;
                    case Cns.ACTIVE_NAMESPACES -> OddRule.Target.NAMESPACE_LIST;
                    default -> null;
                };
            case AdminOpcode.SET_FEATURES -> OddRule.Target.SET_FEATURE;
            case AdminOpcode.GET_FEATURES -> OddRule.Target.GET_FEATURE;
            case AdminOpcode.DOORBELL_BUFFER_CONFIG -> OddRule.Target.DOORBELLS;
            case AdminOpcode.GET_LOG_PAGE -> OddRule.Target.LOG;
            case AdminOpcode.ASYNC_EVENT_REQUEST -> OddRule.Target.EVENT;
            case AdminOpcode.CREATE_CQ -> OddRule.Target.CREATE_CQ;
            case AdminOpcode.CREATE_SQ -> OddRule.Target.CREATE_SQ;
            case AdminOpcode.DELETE_CQ -> OddRule.Target.DELETE_CQ;
            case AdminOpcode.DELETE_SQ -> OddRule.Target.DELETE_SQ;
            case AdminOpcode.ABORT -> OddRule.Target.ABORT;
            case AdminOpcode.FORMAT_NVM -> OddRule.Target.FORMAT;
            default -> null;
        };
    }

    private static int id(Command command, boolean isAdmin) {
        if (!isAdmin) {
            return command.opcode();
        }
        return switch (command.opcode()) {
            case AdminOpcode.SET_FEATURES, AdminOpcode.GET_FEATURES -> AdminCommand.FEATURE_ID.of(command.cdw10());
            case AdminOpcode.GET_LOG_PAGE -> AdminCommand.LOG_ID.of(command.cdw10());
            case AdminOpcode.CREATE_CQ, AdminOpcode.CREATE_SQ, AdminOpcode.DELETE_CQ, AdminOpcode.DELETE_SQ ->
                AdminCommand.QUEUE_ID.of(command.cdw10());
            default -> command.nsid();
        };
    }
}
