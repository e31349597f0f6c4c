// SPDX-License-Identifier: Apache-2.0

/** The NVMe driver on whatever carrier has an NVMe controller. */
@NullMarked
package io.jvfio.tests.nvme;

import org.jspecify.annotations.NullMarked;
