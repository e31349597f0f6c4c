// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One capability of a device's or a region's info chain ({@code struct vfio_info_cap_header}), with its bytes.
 *
 * <p>Threads: immutable.
 */
public final class InfoCapability {
    private final int id;
    private final int version;
    private final MemorySegment data;

    /**
     * A copy of the capability's bytes.
     *
     * @param id the capability's id, {@code VFIO_DEVICE_INFO_CAP_*} or {@code VFIO_REGION_INFO_CAP_*}, 0 to 0xffff
     * @param version its version, 0 to 0xffff
     * @param data all of it, header included, in the machine's byte order
     */
    public InfoCapability(int id, int version, MemorySegment data) {
        this.id = id;
        this.version = version;
        this.data = MemorySegment.ofArray(data.toArray(ValueLayout.JAVA_BYTE)).asReadOnly();
    }

    /** The capability's id. */
    public int id() {
        return id;
    }

    /** The capability's version. */
    public int version() {
        return version;
    }

    /** All of its bytes, header included; read-only. */
    public MemorySegment data() {
        return data;
    }

    /** Equal ids, versions and bytes. */
    @Override
    public boolean equals(Object other) {
        return other instanceof InfoCapability that
                && id == that.id
                && version == that.version
                && data.mismatch(that.data) == -1;
    }

    @Override
    public int hashCode() {
        return 31 * id + version;
    }

    @Override
    public String toString() {
        return "capability " + id + " version " + version + ", " + data.byteSize() + " bytes";
    }
}
