// SPDX-License-Identifier: Apache-2.0
/** Devices behind a socket. */
@NullMarked
package io.jvfio.benchmarks.vfiouser;

import org.jspecify.annotations.NullMarked;
