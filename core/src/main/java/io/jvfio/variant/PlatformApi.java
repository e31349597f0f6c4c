// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

/**
 * The mark of what a platform layer offers to drivers, who get it by its type ({@code PciDevice.as}). It passes by every
 * variant above the layer, unasked: whatever drives a device, it is on the same platform. What it does to the device it does
 * from the top of the stack, by {@link VariantContext#reset} for example.
 *
 * <p>Threads: thread-safe, as implementations have to be.
 */
public interface PlatformApi {}
