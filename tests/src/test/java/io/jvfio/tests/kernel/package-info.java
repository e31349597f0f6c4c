// SPDX-License-Identifier: Apache-2.0
/** The carriers of the Linux kernel on real devices: what runs in the guest lab. */
@NullMarked
package io.jvfio.tests.kernel;

import org.jspecify.annotations.NullMarked;
