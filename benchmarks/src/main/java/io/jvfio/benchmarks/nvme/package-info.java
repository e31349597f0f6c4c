// SPDX-License-Identifier: Apache-2.0
/** The NVMe driver, on a controller that answers at once and on one that another process serves. */
@NullMarked
package io.jvfio.benchmarks.nvme;

import org.jspecify.annotations.NullMarked;
