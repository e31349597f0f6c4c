// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** An NVMe driver on the public API. */
@NullMarked
module io.jvfio.driver.nvme {
    requires static transitive org.jspecify;
    requires transitive io.jvfio.core;
}
