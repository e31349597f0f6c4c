// SPDX-License-Identifier: Apache-2.0
/** QEMU's educational device on real input: registers, DMA, INTx and MSI, through every access mode. */
@NullMarked
package io.jvfio.tests.edu;

import org.jspecify.annotations.NullMarked;
