// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

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
    /** The C struct. */
    public static final Struct<IommufdVeventHeader> STRUCT =
            Struct.of(IommufdVeventHeader.class, u32("flags", "sequence"));

    /** Not an event: some were lost, and none follows the header. */
    public static final int IOMMU_VEVENTQ_FLAG_LOST_EVENTS = 1 << 0;
}
