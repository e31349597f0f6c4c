// SPDX-License-Identifier: Apache-2.0
/**
 * The words of mlx5 for both sides: the driver that reads a structure and the simulator that writes it. Structures and
 * registers have their most significant byte first, and say so by their types ({@link io.jvfio.mmio.BigRegister32},
 * {@link io.jvfio.mmio.BigWord64}, {@link io.jvfio.vendor.mlx.spec.WordBits}): nobody swaps bytes. Positions were
 * learnt from the headers of Linux 7.3 ({@code include/linux/mlx5}) and rdma-core.
 */
package io.jvfio.vendor.mlx.spec;
