// SPDX-License-Identifier: Apache-2.0
/**
 * Interrupts of a device: which there are, enabling them, and waiting for them, polling them or being called for them.
 *
 * <p>A driver gets at all of it through its device's {@link io.jvfio.interrupt.InterruptControl}.
 */
package io.jvfio.interrupt;
