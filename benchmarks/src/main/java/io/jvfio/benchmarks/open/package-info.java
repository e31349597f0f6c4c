// SPDX-License-Identifier: Apache-2.0
/** What it takes until a device can be used. */
@NullMarked
package io.jvfio.benchmarks.open;

import org.jspecify.annotations.NullMarked;
