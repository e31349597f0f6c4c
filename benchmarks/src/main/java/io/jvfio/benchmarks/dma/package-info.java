// SPDX-License-Identifier: Apache-2.0
/** Maps for DMA by the kernel, on a function that VFIO has. */
@NullMarked
package io.jvfio.benchmarks.dma;

import org.jspecify.annotations.NullMarked;
