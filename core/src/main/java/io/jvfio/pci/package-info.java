// SPDX-License-Identifier: Apache-2.0
/**
 * What a driver author holds: {@link io.jvfio.pci.PciDevice} with its config space, BARs, ROM, interrupts, DMA, power and
 * reset. It stands on the contract of {@code io.jvfio.device} alone, so a driver runs unchanged on a kernel device, on a
 * vfio-user peer and on a model.
 */
package io.jvfio.pci;
