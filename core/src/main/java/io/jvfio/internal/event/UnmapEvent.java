// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** One DMA unmap, with the time that transfers under way and the carrier took. Threads: one at a time. */
@Name("io.jvfio.Unmap")
@Label("DMA Unmap")
@Category("jvfio")
@Description("A DMA mapping was ended")
@StackTrace(true)
@Threshold("0 ms")
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
public final class UnmapEvent extends MappingEvent {

    @Label("Completed")
    @Description("False if the carrier refused, or a transfer did not end; the mapping stayed")
    private boolean completed;

    private UnmapEvent() {}

    /** An event that runs from now on, or null if nobody records it; then nothing is allocated. */
    public static @Nullable UnmapEvent start() {
        if (!FlightRecorder.isInitialized() || !Type.EVENT.isEnabled()) {
            return null;
        }
        UnmapEvent event = new UnmapEvent();
        event.begin();
        return event;
    }

    /** Records it, if it is wanted. */
    public void commit(String space, MappingFacts mapping, boolean ended) {
        if (shouldCommit()) {
            fill(space, mapping);
            completed = ended;
            commit();
        }
    }

    /** Asked for only once there is a recorder: it would start one. */
    private static final class Type {
        static final EventType EVENT = EventType.getEventType(UnmapEvent.class);
    }
}
