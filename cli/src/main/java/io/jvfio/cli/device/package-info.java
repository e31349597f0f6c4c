// SPDX-License-Identifier: Apache-2.0
/** The commands that look at one device and act on it: config space, registers, interrupts and resets. */
package io.jvfio.cli.device;
