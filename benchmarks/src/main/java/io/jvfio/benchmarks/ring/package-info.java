// SPDX-License-Identifier: Apache-2.0
/** Rings of descriptors. */
@NullMarked
package io.jvfio.benchmarks.ring;

import org.jspecify.annotations.NullMarked;
