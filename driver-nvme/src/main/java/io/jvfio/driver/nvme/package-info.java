// SPDX-License-Identifier: Apache-2.0
/** An NVMe driver on the public API. */
package io.jvfio.driver.nvme;
