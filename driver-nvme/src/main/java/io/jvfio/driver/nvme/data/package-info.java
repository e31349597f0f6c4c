// SPDX-License-Identifier: Apache-2.0
/** Commands before they are in a queue, and how they describe their data: by PRPs or by SGLs. */
package io.jvfio.driver.nvme.data;
