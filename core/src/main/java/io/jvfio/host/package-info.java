// SPDX-License-Identifier: Apache-2.0
/**
 * The host as sysfs shows it: which PCI functions and mediated devices there are, what drives them, and how this process
 * could open them. Nothing here opens a device or wakes one up.
 */
package io.jvfio.host;
