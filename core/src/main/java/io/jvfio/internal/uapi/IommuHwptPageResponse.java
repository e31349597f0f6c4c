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
 * {@code struct iommu_hwpt_page_response} of {@code include/uapi/linux/iommufd.h}, since Linux 6.11: the response to
 * a group of page faults, written to a fault queue.
 *
 * <p>Threads: immutable.
 *
 * @param cookie of the group
 * @param code {@code IOMMUFD_PAGE_RESP_}
 */
public record IommuHwptPageResponse(int cookie, int code) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_hwpt_page_response", u32("cookie"), u32("code"));

    /** The device may try again. */
    public static final int IOMMUFD_PAGE_RESP_SUCCESS = 0;

    /** There is nothing at the address. */
    public static final int IOMMUFD_PAGE_RESP_INVALID = 1;

    private static final VarHandle COOKIE = field(LAYOUT, "cookie");
    private static final VarHandle CODE = field(LAYOUT, "code");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptPageResponse read(MemorySegment segment) {
        return new IommuHwptPageResponse((int) COOKIE.get(segment), (int) CODE.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        COOKIE.set(segment, cookie);
        CODE.set(segment, code);
    }
}
