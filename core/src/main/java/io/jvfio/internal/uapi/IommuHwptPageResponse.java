// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

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
    /** The C struct. */
    public static final Struct<IommuHwptPageResponse> STRUCT =
            Struct.of(IommuHwptPageResponse.class, u32("cookie", "code"));

    /** The device may try again. */
    public static final int IOMMUFD_PAGE_RESP_SUCCESS = 0;

    /** There is nothing at the address. */
    public static final int IOMMUFD_PAGE_RESP_INVALID = 1;
}
