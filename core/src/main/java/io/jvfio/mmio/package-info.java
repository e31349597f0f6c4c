// SPDX-License-Identifier: Apache-2.0
/**
 * Register access: {@link io.jvfio.mmio.Mmio}, names for registers, for the fields of structures in memory and for bit
 * fields of both, and the orderings between registers and DMA memory.
 */
package io.jvfio.mmio;
