// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.demo;

import io.jvfio.Durations;
import io.jvfio.cli.out.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a demo has done so far, and how long it took. Steps are printed as they are done; on a terminal a long one shows how
 * far it has come.
 *
 * <p>Threads: one at a time.
 */
final class DemoLog {
    private static final String ERASE_LINE = "\r\u001b[K";
    private static final Duration REFRESH = Duration.ofMillis(100);

    private final PrintWriter out;
    private final boolean shown;
    private final boolean live;
    private final long refreshNanos;
    private final List<Step> steps = new ArrayList<>();
    private long begun = System.nanoTime();
    private long drawn = begun;
    private boolean drawing;

    /**
     * One thing done.
     *
     * @param name what was done
     * @param result what came of it
     * @param duration how long it took
     */
    record Step(String name, String result, Duration duration) {}

    /**
     * The first step begins now.
     *
     * @param shown whether steps are printed
     * @param terminal whether {@code out} is one
     */
    DemoLog(PrintWriter out, boolean shown, boolean terminal) {
        this(out, shown, terminal, REFRESH);
    }

    /** The same with progress shown at most so often. */
    DemoLog(PrintWriter out, boolean shown, boolean terminal, Duration refresh) {
        this.out = out;
        this.shown = shown;
        this.live = shown && terminal;
        this.refreshNanos = refresh.toNanos();
    }

    /** How long the step at hand has taken so far, more than 0. */
    long nanos() {
        return Math.max(1, System.nanoTime() - begun);
    }

    /** Shows how much of the step at hand is done. */
    void progress(String name, long part, long whole) {
        long now = System.nanoTime();
        if (live && now - drawn >= refreshNanos) {
            drawn = now;
            drawing = true;
            out.printf("%s    %-14s  %7d%%", ERASE_LINE, name, part * 100 / whole);
            out.flush();
        }
    }

    /** The step at hand is done, and the next one begins. */
    void done(String name, String result) {
        Step step = new Step(name, result, Duration.ofNanos(nanos()));
        steps.add(step);
        if (shown) {
            out.printf(
                    "%s%2d  %-14s  %8s  %s%n",
                    drawing ? ERASE_LINE : "", steps.size(), name, Durations.text(step.duration()), result);
            out.flush();
        }
        drawing = false;
        begun = System.nanoTime();
    }

    /** The object's fields. */
    void describe(Json json) {
        json.objects("steps", steps, (item, step) -> {
            item.text("name", step.name());
            item.text("result", step.result());
            item.number("nanoseconds", step.duration().toNanos());
        });
    }
}
