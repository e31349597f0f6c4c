// SPDX-License-Identifier: Apache-2.0
/** Register access. */
@NullMarked
package io.jvfio.benchmarks.mmio;

import org.jspecify.annotations.NullMarked;
