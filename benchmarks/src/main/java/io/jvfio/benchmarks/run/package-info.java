// SPDX-License-Identifier: Apache-2.0
/** Runs all questions, Java and C by turns, and tells the figures line by line: what {@code jvfio bench} starts. */
@NullMarked
package io.jvfio.benchmarks.run;

import org.jspecify.annotations.NullMarked;
