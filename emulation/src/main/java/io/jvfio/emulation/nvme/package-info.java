// SPDX-License-Identifier: Apache-2.0

/**
 * A model of an NVMe controller (NVM Express Base Specification 1.4): {@code model:nvme}.
 *
 * <p>Register accesses record work; the controller does it when it is run, and reaches memory by DMA alone. Whatever it
 * reads there is a driver's, and is not trusted: queues, lists, lengths and addresses are checked before they are used,
 * and no command takes longer than the controller's limits allow.
 */
package io.jvfio.emulation.nvme;
