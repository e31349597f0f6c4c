// SPDX-License-Identifier: Apache-2.0
/** What a system call costs from here. */
@NullMarked
package io.jvfio.benchmarks.system;

import org.jspecify.annotations.NullMarked;
