// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.variant.Modalias;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a function's changes, so that they can be undone by somebody who was not there.
 *
 * <p>It is a file of {@code name=value} lines which is replaced as a whole before each step. What is null is left out.
 *
 * <p>Threads: immutable.
 *
 * @param address the function
 * @param modalias what the function was: another one may be at its place today
 * @param state whether a change is under way
 * @param mark the step that is about to be done, or was done last
 * @param plan the change: functions of a group that are changed together have the same
 * @param action what the change is
 * @param before what was there before this change
 * @param target the driver that the change leads to; null for none, or as long as it is unknown
 * @param origin what was there before the first change, to which a release goes back; null if jvfio has not bound it
 * @param persistent the file that makes the driver last over a reboot; null if there is none
 */
record Journal(
        PciAddress address,
        Modalias modalias,
        State state,
        Mark mark,
        String plan,
        Action action,
        Binding before,
        @Nullable String target,
        @Nullable Binding origin,
        @Nullable String persistent) {
    private static final String FORMAT = "jvfio-journal";
    private static final String VERSION = "1";

    /** Whether a change is under way. */
    enum State {
        /** A change was begun. */
        IN_FLIGHT,
        /** The old driver has not let go yet. */
        UNBIND_PENDING,
        /** The change is done. */
        DONE
    }

    /** What the file says of steps, in their order. */
    enum Mark {
        BEGIN,
        LOAD,
        OVERRIDE,
        UNBIND,
        BIND,
        VERIFY,
        END
    }

    /** What a change is. */
    enum Action {
        BIND,
        RELEASE
    }

    /**
     * A driver and an override.
     *
     * @param driver the driver that is bound, or null
     * @param override the override that is set, or null
     */
    record Binding(@Nullable String driver, @Nullable String override) {
        /** {@code driver nvme, no override}. */
        @Override
        public String toString() {
            return (driver == null ? "no driver" : "driver " + driver)
                    + (override == null ? ", no override" : ", override " + override);
        }
    }

    /** A change that begins, of a function that jvfio has not changed before. */
    static Journal begin(PciAddress address, Modalias modalias, String plan, Action action, Binding before) {
        return new Journal(address, modalias, State.IN_FLIGHT, Mark.BEGIN, plan, action, before, null, null, null);
    }

    /** The same after a bind, whose way back and whose file stay known; null if there was none. */
    Journal after(@Nullable Journal bind) {
        return bind == null
                ? this
                : new Journal(
                        address, modalias, state, mark, plan, action, before, target, bind.origin, bind.persistent);
    }

    /** A step is about to be done. */
    Journal at(Step step) {
        return new Journal(address, modalias, state, step.mark(), plan, action, before, target, origin, persistent);
    }

    /** The old driver goes on letting go without us. */
    Journal pending() {
        return new Journal(
                address, modalias, State.UNBIND_PENDING, mark, plan, action, before, target, origin, persistent);
    }

    Journal leadingTo(@Nullable String driver) {
        return new Journal(address, modalias, state, mark, plan, action, before, driver, origin, persistent);
    }

    Journal lasting(@Nullable String file) {
        return new Journal(address, modalias, state, mark, plan, action, before, target, origin, file);
    }

    /** The change is done. From the first bind on, it is known where a release goes back to. */
    Journal done() {
        Binding back = origin == null && action == Action.BIND ? before : origin;
        return new Journal(address, modalias, State.DONE, Mark.END, plan, action, before, target, back, persistent);
    }

    /** The change was taken back, and the bind before it stands again: it no longer belongs to the plan. */
    Journal takenBack() {
        String undone = plan + "-undone";
        return new Journal(
                address,
                modalias,
                State.DONE,
                Mark.END,
                undone,
                Action.BIND,
                before,
                before.driver,
                origin,
                persistent);
    }

    /** It is taken back together with others of its plan, of which one was not finished. */
    Journal reopened() {
        return new Journal(address, modalias, State.IN_FLIGHT, mark, plan, action, before, target, origin, persistent);
    }

    /** Whether somebody has to finish or undo it. */
    boolean unfinished() {
        return state != State.DONE;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        line(text, FORMAT, VERSION);
        line(text, "device", address.toString());
        line(text, "modalias", modalias.toString());
        line(text, "state", state.name());
        line(text, "step", mark.name());
        line(text, "plan", plan);
        line(text, "action", action.name());
        line(text, "before-driver", before.driver());
        line(text, "before-override", before.override());
        line(text, "target", target);
        if (origin != null) {
            line(text, "origin", "known");
            line(text, "origin-driver", origin.driver());
            line(text, "origin-override", origin.override());
        }
        line(text, "persistent", persistent);
        return text.toString();
    }

    private static void line(StringBuilder text, String name, @Nullable String value) {
        if (value != null) {
            text.append(name).append('=').append(value.replace('\n', ' ')).append('\n');
        }
    }

    /**
     * Reads what {@link #text} has written.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static Journal parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : text.split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        if (!VERSION.equals(values.get(FORMAT))) {
            throw new IllegalArgumentException("no journal of version " + VERSION);
        }
        return new Journal(
                PciAddress.parse(need(values, "device")),
                Modalias.parse(need(values, "modalias")),
                State.valueOf(need(values, "state").toUpperCase(Locale.ROOT)),
                Mark.valueOf(need(values, "step").toUpperCase(Locale.ROOT)),
                need(values, "plan"),
                Action.valueOf(need(values, "action").toUpperCase(Locale.ROOT)),
                new Binding(values.get("before-driver"), values.get("before-override")),
                values.get("target"),
                values.containsKey("origin")
                        ? new Binding(values.get("origin-driver"), values.get("origin-override"))
                        : null,
                values.get("persistent"));
    }

    private static String need(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a journal without " + name);
        }
        return value;
    }
}
