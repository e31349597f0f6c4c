// SPDX-License-Identifier: Apache-2.0
/** Devices that are taken away while they are in use: unplugged by QEMU's monitor, or unbound from their driver. */
@NullMarked
package io.jvfio.tests.removal;

import org.jspecify.annotations.NullMarked;
