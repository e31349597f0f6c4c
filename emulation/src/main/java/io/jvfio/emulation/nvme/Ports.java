// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

/**
 * What joins a controller to the outside.
 *
 * @param registers where the driver writes
 * @param doorbells where the driver rings
 * @param memory what it reaches
 * @param interrupts how it interrupts
 */
record Ports(Registers registers, Doorbells doorbells, GuestMemory memory, Interrupts interrupts) {}
