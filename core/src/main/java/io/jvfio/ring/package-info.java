// SPDX-License-Identifier: Apache-2.0
/**
 * The places of driver and device in a ring of descriptors in DMA memory. {@link io.jvfio.ring.ProducerRing} is for
 * rings that the driver fills and the device empties, {@link io.jvfio.ring.ConsumerRing} for rings that the device fills
 * and the driver empties. What a descriptor looks like, and how the device is told, is the driver's business. A device
 * reaches no ring before {@link io.jvfio.pci.PciDevice#enableBusMaster}.
 */
package io.jvfio.ring;
