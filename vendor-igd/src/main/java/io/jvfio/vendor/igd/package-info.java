// SPDX-License-Identifier: Apache-2.0

/**
 * Intel graphics as a device under VFIO: the variant that gives a guest's driver what it expects of them, and typed views of
 * the regions that vfio-pci adds.
 */
package io.jvfio.vendor.igd;
