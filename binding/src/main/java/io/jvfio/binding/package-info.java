// SPDX-License-Identifier: Apache-2.0
/**
 * Which kernel driver a PCI function should have for VFIO, why, whether it may be taken from what uses it now, and the
 * change itself with its way back.
 */
package io.jvfio.binding;
