// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * The VF token as the kernel takes it, sixteen bytes in the order in which a UUID is written: the payload of
 * {@code VFIO_DEVICE_FEATURE_PCI_VF_TOKEN} and what {@code vfio_device_bind_iommufd.token_uuid_ptr} points to.
 *
 * <p>Threads: stateless.
 */
public final class VfToken {
    /** The C layout. */
    public static final MemoryLayout BYTES = MemoryLayout.sequenceLayout(16, ValueLayout.JAVA_BYTE);

    // A UUID's bytes go from the most to the least significant one on every architecture.
    private static final ValueLayout.OfLong BIG_ENDIAN =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private VfToken() {}

    /** Reads a token from the first sixteen bytes of {@code segment}. */
    public static UUID read(MemorySegment segment) {
        return new UUID(segment.get(BIG_ENDIAN, 0), segment.get(BIG_ENDIAN, 8));
    }

    /** Writes a token to the first sixteen bytes of {@code segment}. */
    public static void fill(MemorySegment segment, UUID token) {
        segment.set(BIG_ENDIAN, 0, token.getMostSignificantBits());
        segment.set(BIG_ENDIAN, 8, token.getLeastSignificantBits());
    }
}
