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

/** One device opened, or not, with the time that the carrier took. Threads: one at a time. */
@Name("io.jvfio.Open")
@Label("Device Open")
@Category("jvfio")
@Description("A device was opened, or could not be")
@StackTrace(true)
@Threshold("0 ms")
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
public final class OpenEvent extends Event {

    @Label("Locator")
    private @Nullable String locator;

    @Label("Address Space")
    @Description("Which kind, and why it was chosen")
    private @Nullable String addressSpace;

    @Label("Opened")
    private boolean opened;

    private OpenEvent() {}

    /** An event that runs from now on, or null if nobody records it; then nothing is allocated. */
    public static @Nullable OpenEvent start() {
        if (!FlightRecorder.isInitialized()) {
            return null;
        }
        OpenEvent event = new OpenEvent();
        event.begin();
        return event.isEnabled() ? event : null;
    }

    /** Records it, if it is wanted; {@code space} is null if the device could not be opened. */
    public void commit(String device, @Nullable String space) {
        if (shouldCommit()) {
            locator = device;
            addressSpace = space;
            opened = space != null;
            commit();
        }
    }
}
