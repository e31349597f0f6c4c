// SPDX-License-Identifier: Apache-2.0
/** Maps for DMA: what the registry of an address space costs, and what the kernel's IOMMU costs through us. */
@NullMarked
package io.jvfio.benchmarks.iommu;

import org.jspecify.annotations.NullMarked;
