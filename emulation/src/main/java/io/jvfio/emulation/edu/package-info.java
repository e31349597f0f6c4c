// SPDX-License-Identifier: Apache-2.0
/** The model of QEMU's educational device. */
package io.jvfio.emulation.edu;
