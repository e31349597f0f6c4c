// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.event;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import org.jspecify.annotations.Nullable;

/** What events about a mapping have in common; the recorder reads the fields. Threads: one at a time. */
abstract class MappingEvent extends Event {

    @Label("Address Space")
    @Nullable String addressSpace;

    @Label("IOVA")
    @Description("The first address; read it as unsigned")
    long iova;

    @Label("Length")
    @DataAmount
    long length;

    @Label("Access")
    @Nullable String access;

    @Label("Name")
    @Nullable String label;

    /** Takes what is known of the mapping. */
    void fill(String space, MappingFacts mapping) {
        addressSpace = space;
        iova = mapping.iova();
        length = mapping.length();
        access = mapping.access();
        label = mapping.label();
    }
}
