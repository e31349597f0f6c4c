// SPDX-License-Identifier: Apache-2.0
/**
 * Register access: {@link io.jvfio.mmio.Mmio}, names for registers and their bit fields, and the orderings between
 * registers and DMA memory.
 */
package io.jvfio.mmio;
