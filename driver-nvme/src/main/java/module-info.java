// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** An NVMe driver on the public API, and the vocabulary of NVMe for whoever builds the other side. */
@NullMarked
module io.jvfio.driver.nvme {
    requires static org.jspecify;
    requires transitive io.jvfio.core;

    exports io.jvfio.driver.nvme;
    exports io.jvfio.driver.nvme.spec;
}
