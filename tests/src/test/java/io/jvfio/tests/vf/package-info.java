// SPDX-License-Identifier: Apache-2.0
/** SR-IOV on a real device. */
@NullMarked
package io.jvfio.tests.vf;

import org.jspecify.annotations.NullMarked;
