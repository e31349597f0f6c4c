// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

/**
 * What {@link IommuHwInfo} tells of one kind of IOMMU.
 *
 * <p>Threads: immutable.
 */
public sealed interface IommuHwInfoData
        permits IommuHwInfoVtd, IommuHwInfoArmSmmuv3, IommuHwInfoTegra241Cmdqv, IommuHwInfoAmd {}
