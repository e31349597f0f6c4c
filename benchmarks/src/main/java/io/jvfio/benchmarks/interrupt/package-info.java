// SPDX-License-Identifier: Apache-2.0
/** Interrupts and completions without blocking. */
@NullMarked
package io.jvfio.benchmarks.interrupt;

import org.jspecify.annotations.NullMarked;
