// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.exactly;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.List;

/**
 * {@code struct iommu_vevent_tegra241_cmdqv} of {@code include/uapi/linux/iommufd.h}, since Linux 6.17: an error
 * event of the command queues of NVIDIA Tegra241.
 *
 * <p>Threads: immutable.
 *
 * @param lvcmdqErrMap a bit for each queue, little-endian
 */
public record IommuVeventTegra241Cmdqv(List<Long> lvcmdqErrMap) {
    /** The C struct. */
    public static final Struct<IommuVeventTegra241Cmdqv> STRUCT =
            Struct.of(IommuVeventTegra241Cmdqv.class, array("lvcmdq_err_map", 2, JAVA_LONG));

    /** Copies the list. */
    public IommuVeventTegra241Cmdqv {
        lvcmdqErrMap = exactly(2, lvcmdqErrMap);
    }
}
