// SPDX-License-Identifier: Apache-2.0
/**
 * A driver for QEMU's igb (Intel 82576) on the public API alone, and what it proves: rings in DMA memory, frames through
 * real descriptors, MSI-X, faults of the IOMMU, and function-level reset under load. As in the kernel's own VFIO tests the
 * network card is a copy engine: what it sends it receives.
 */
@NullMarked
package io.jvfio.tests.igb;

import org.jspecify.annotations.NullMarked;
