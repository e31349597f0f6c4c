// SPDX-License-Identifier: Apache-2.0
/** What C does in the same run. */
@NullMarked
package io.jvfio.benchmarks.baseline;

import org.jspecify.annotations.NullMarked;
