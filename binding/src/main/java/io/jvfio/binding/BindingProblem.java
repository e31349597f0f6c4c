// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.Objects;

/**
 * Why a kernel driver could not be chosen for a function, or the function not be bound or given back.
 *
 * <p>Threads: immutable.
 *
 * @param code which kind of problem
 * @param row which row of the hazards it is, {@code U3}; empty unless it is a refusal
 * @param detail what exactly, for people
 * @param hint what to do about it; empty if there is nothing to say
 */
public record BindingProblem(Code code, String row, String detail, String hint) {

    /** The kinds of problems. Threads: immutable. */
    public enum Code {
        /** It would hurt; nothing was touched. */
        REFUSED(Severity.REFUSED),
        /** Two drivers claim the device in the same words. */
        AMBIGUOUS_VARIANT(Severity.AMBIGUOUS),
        /** A module has several drivers, and none has its name. */
        AMBIGUOUS_DRIVER_NAME(Severity.AMBIGUOUS),
        /** The driver refused the device. */
        PROBE_FAILED(Severity.ROLLED_BACK),
        /** A step failed that is not the driver's own. */
        STEP_FAILED(Severity.ROLLED_BACK),
        /** The old driver has not let go of the device in time. */
        UNBIND_PENDING(Severity.ROLLED_BACK),
        /** Somebody changed the device while a change was planned. */
        STALE_PLAN(Severity.ROLLED_BACK),
        /** Somebody else changes the device now. */
        LOCKED(Severity.ROLLED_BACK),
        /** A change was begun and not ended. */
        UNFINISHED(Severity.ROLLED_BACK),
        /** Neither the change nor the way back could be finished. */
        ROLLBACK_INCOMPLETE(Severity.INCOMPLETE),
        /** No driver offers VFIO for the device. */
        NO_DRIVER(Severity.IMPOSSIBLE),
        /** There is no such driver, nor a module that has it. */
        MODULE_FILE_MISSING(Severity.IMPOSSIBLE),
        /** The kernel loads no modules any more. */
        MODULES_DISABLED(Severity.IMPOSSIBLE),
        /** The configuration forbids the module. */
        ADMIN_PROHIBITED(Severity.IMPOSSIBLE),
        /** The module has no driver for PCI. */
        MODULE_HAS_NO_DRIVER(Severity.IMPOSSIBLE),
        /** The driver took the device, and offers no VFIO. */
        NOT_A_VFIO_DRIVER(Severity.IMPOSSIBLE),
        /** It is bound, and the node cannot be opened. */
        NODE_NOT_ACCESSIBLE(Severity.NOT_ACCESSIBLE);

        private final Severity severity;

        Code(Severity severity) {
            this.severity = severity;
        }

        /** What it means for the caller. */
        public Severity severity() {
            return severity;
        }
    }

    /** What a problem leaves behind. Threads: immutable. */
    public enum Severity {
        /** It was refused, and nothing was touched. */
        REFUSED,
        /** There is no answer without a decision of the caller. */
        AMBIGUOUS,
        /** It failed, and all is as before, or nothing was done yet. */
        ROLLED_BACK,
        /** It failed half-way. */
        INCOMPLETE,
        /** It cannot be. */
        IMPOSSIBLE,
        /** It was done, and is of no use yet. */
        NOT_ACCESSIBLE
    }

    /** Refuses null. */
    public BindingProblem {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(row, "row");
        Objects.requireNonNull(detail, "detail");
        Objects.requireNonNull(hint, "hint");
    }

    /** A problem that is no refusal. */
    static BindingProblem of(Code code, String detail, String hint) {
        return new BindingProblem(code, "", detail, hint);
    }

    /** The code by which programs tell it from others, {@code REFUSED_U3}. */
    public String name() {
        return row.isEmpty() ? code.name() : code + "_" + row;
    }

    /** {@code REFUSED_U3: eth2 is up; hint: --force=U3 lifts it}. */
    @Override
    public String toString() {
        return name() + ": " + detail + (hint.isEmpty() ? "" : "; hint: " + hint);
    }
}
