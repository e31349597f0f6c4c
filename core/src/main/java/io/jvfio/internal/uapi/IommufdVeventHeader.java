// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommufd_vevent_header} of {@code include/uapi/linux/iommufd.h}, since Linux 6.15: what precedes an
 * event read from an event queue.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@link #IOMMU_VEVENTQ_FLAG_LOST_EVENTS} or 0
 * @param sequence one more than that of the event before, after 2^31 - 1 comes 0
 */
public record IommufdVeventHeader(int flags, int sequence) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommufd_vevent_header", u32("flags"), u32("sequence"));

    /** Not an event: some were lost, and none follows the header. */
    public static final int IOMMU_VEVENTQ_FLAG_LOST_EVENTS = 1 << 0;

    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle SEQUENCE = field(LAYOUT, "sequence");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommufdVeventHeader read(MemorySegment segment) {
        return new IommufdVeventHeader((int) FLAGS.get(segment), (int) SEQUENCE.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        FLAGS.set(segment, flags);
        SEQUENCE.set(segment, sequence);
    }
}
