// SPDX-License-Identifier: Apache-2.0
/** What the kernel tests know of the guest lab: its devices, QEMU's monitor, and how results leave the guest. */
@NullMarked
package io.jvfio.tests.lab;

import org.jspecify.annotations.NullMarked;
