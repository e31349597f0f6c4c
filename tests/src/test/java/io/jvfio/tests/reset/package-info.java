// SPDX-License-Identifier: Apache-2.0
/** Resets of real devices. */
@NullMarked
package io.jvfio.tests.reset;

import org.jspecify.annotations.NullMarked;
