// SPDX-License-Identifier: Apache-2.0
/** The machinery of a pair of queues: memory, rings, doorbells and waiting. It knows no controller but as its host. */
package io.jvfio.driver.nvme.queue;
