// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** Small complete programs that show how a driver is written. */
@NullMarked
module io.jvfio.examples {
    requires static org.jspecify;
    requires transitive io.jvfio.core;
    requires io.jvfio.driver.nvme;
    requires io.jvfio.emulation; // so that models can be opened

    exports io.jvfio.examples;
}
