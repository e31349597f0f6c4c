// SPDX-License-Identifier: Apache-2.0
/** {@code jvfio nvme}: what an NVMe controller is driven for. */
package io.jvfio.cli.nvme;
