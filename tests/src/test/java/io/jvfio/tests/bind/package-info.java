// SPDX-License-Identifier: Apache-2.0
/** Binding real devices to real drivers, and giving them back. */
@NullMarked
package io.jvfio.tests.bind;

import org.jspecify.annotations.NullMarked;
