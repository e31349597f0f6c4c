// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** One wait for an interrupt that ended without one. Threads: one at a time. */
@Name("io.jvfio.WaitTimeout")
@Label("Interrupt Wait Time-out")
@Category("jvfio")
@Description("A wait for an interrupt that ended without one")
@StackTrace(true)
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
public final class WaitTimeoutEvent extends Event {

    @Label("Device")
    private @Nullable String device;

    @Label("IRQ Index")
    private int index;

    @Label("Vector")
    private int vector;

    @Label("Limit")
    @Timespan(Timespan.NANOSECONDS)
    private long limit;

    private WaitTimeoutEvent() {}

    /**
     * Records a wait, if it is wanted; else allocates nothing.
     *
     * @param device the device's name
     * @param index the interrupt index
     * @param vector the vector
     * @param limitNanos how long the wait was, in nanoseconds
     */
    public static void commit(String device, int index, int vector, long limitNanos) {
        if (!FlightRecorder.isInitialized()) {
            return;
        }
        WaitTimeoutEvent event = new WaitTimeoutEvent();
        if (event.shouldCommit()) {
            event.device = device;
            event.index = index;
            event.vector = vector;
            event.limit = limitNanos;
            event.commit();
        }
    }
}
