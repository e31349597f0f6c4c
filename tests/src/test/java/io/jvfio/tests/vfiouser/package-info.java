// SPDX-License-Identifier: Apache-2.0
/** The vfio-user server and its clients: this project's own, QEMU, and clients that mean harm. */
@NullMarked
package io.jvfio.tests.vfiouser;

import org.jspecify.annotations.NullMarked;
