// SPDX-License-Identifier: Apache-2.0
/** What the host's view costs. */
@NullMarked
package io.jvfio.benchmarks.host;

import org.jspecify.annotations.NullMarked;
