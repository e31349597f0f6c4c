// SPDX-License-Identifier: Apache-2.0

/** {@code jvfio mlx5}: functions of ConnectX and BlueField. */
package io.jvfio.cli.mlx5;
