// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** One DMA map, with the time that the carrier took to pin and map. Threads: one at a time. */
@Name("io.jvfio.Map")
@Label("DMA Map")
@Category("jvfio")
@Description("Memory was mapped for DMA")
@StackTrace(true)
@Threshold("0 ms")
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
public final class MapEvent extends MappingEvent {

    @Label("IOMMU Page Size")
    @Description("The largest of the IOMMU's page sizes that alignment and length allow")
    @DataAmount
    private long pageSize;

    private MapEvent() {}

    /** An event that runs from now on, or null if nobody records it; then nothing is allocated. */
    public static @Nullable MapEvent start() {
        if (!FlightRecorder.isInitialized() || !Type.EVENT.isEnabled()) {
            return null;
        }
        MapEvent event = new MapEvent();
        event.begin();
        return event;
    }

    /** Records it, if it is wanted. */
    public void commit(String space, MappingFacts mapping, long iommuPage) {
        if (shouldCommit()) {
            fill(space, mapping);
            pageSize = iommuPage;
            commit();
        }
    }

    /** Asked for only once there is a recorder: it would start one. */
    private static final class Type {
        static final EventType EVENT = EventType.getEventType(MapEvent.class);
    }
}
