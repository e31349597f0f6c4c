// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioApi.VFIO_NOIOMMU_IOMMU;
import static io.jvfio.internal.uapi.VfioApi.VFIO_TYPE1_IOMMU;
import static io.jvfio.internal.uapi.VfioApi.VFIO_TYPE1v2_IOMMU;

/** The ways to use the container interface. Threads: immutable. */
enum Type1Mode {
    TYPE1("/dev/vfio/vfio", VFIO_TYPE1_IOMMU, "VFIO_TYPE1_IOMMU"),
    TYPE1V2("/dev/vfio/vfio", VFIO_TYPE1v2_IOMMU, "VFIO_TYPE1v2_IOMMU"),
    COMPAT_TYPE1("/dev/iommu", VFIO_TYPE1_IOMMU, "VFIO_TYPE1_IOMMU"),
    COMPAT_TYPE1V2("/dev/iommu", VFIO_TYPE1v2_IOMMU, "VFIO_TYPE1v2_IOMMU"),
    NOIOMMU("/dev/vfio/vfio", VFIO_NOIOMMU_IOMMU, "VFIO_NOIOMMU_IOMMU");

    private final String node;
    private final int type;
    private final String typeName;

    Type1Mode(String node, int type, String typeName) {
        this.node = node;
        this.type = type;
        this.typeName = typeName;
    }

    /** The node whose descriptor is the container. */
    String node() {
        return node;
    }

    /** The argument of {@code VFIO_SET_IOMMU}. */
    int type() {
        return type;
    }

    /** Its name in the header. */
    String typeName() {
        return typeName;
    }

    /** Whether iommufd plays the container; its maps then outlive the last group. */
    boolean compatibility() {
        return this == COMPAT_TYPE1 || this == COMPAT_TYPE1V2;
    }
}
