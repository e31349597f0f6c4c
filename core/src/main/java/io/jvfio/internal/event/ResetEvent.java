// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** One reset of a device, with the time that it took. Threads: one at a time. */
@Name("io.jvfio.Reset")
@Label("Device Reset")
@Category("jvfio")
@Description("A device was reset, or could not be")
@StackTrace(true)
@Threshold("0 ms")
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
public final class ResetEvent extends Event {

    @Label("Device")
    private @Nullable String device;

    @Label("Done")
    private boolean done;

    private ResetEvent() {}

    /** An event that runs from now on, or null if nobody records it; then nothing is allocated. */
    public static @Nullable ResetEvent start() {
        if (!FlightRecorder.isInitialized()) {
            return null;
        }
        ResetEvent event = new ResetEvent();
        event.begin();
        return event.isEnabled() ? event : null;
    }

    /** Records it, if it is wanted. */
    public void commit(String subject, boolean outcome) {
        if (shouldCommit()) {
            device = subject;
            done = outcome;
            commit();
        }
    }
}
