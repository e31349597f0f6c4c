// SPDX-License-Identifier: Apache-2.0
/** The {@code jvfio} command on real devices. */
@NullMarked
package io.jvfio.tests.cli;

import org.jspecify.annotations.NullMarked;
