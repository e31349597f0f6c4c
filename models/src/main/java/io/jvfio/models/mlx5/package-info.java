// SPDX-License-Identifier: Apache-2.0
/** {@code model:mlx5}: an mlx5 function, as far as drivers ask for it until their first completed work. */
package io.jvfio.models.mlx5;
