// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

/**
 * The identity of a device-specific region ({@code struct vfio_region_info_cap_type}): such regions are found by it,
 * never by index.
 *
 * <p>Threads: immutable.
 *
 * @param type {@code VFIO_REGION_TYPE_*}, or {@code VFIO_REGION_TYPE_PCI_VENDOR_TYPE} with a vendor id
 * @param subtype the meaning within the type
 */
public record RegionType(int type, int subtype) {}
