// SPDX-License-Identifier: Apache-2.0
/** Bringing an mlx5 function up over VFIO, and taking it down again with everything given back. */
package io.jvfio.vendor.mlx;
