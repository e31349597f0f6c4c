// SPDX-License-Identifier: Apache-2.0
/** One class per question; numbers are published with the machine and the JDK they come from. */
@NullMarked
package io.jvfio.benchmarks;

import org.jspecify.annotations.NullMarked;
