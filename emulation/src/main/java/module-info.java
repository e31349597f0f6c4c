// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** Device models in this process, and what a model is built from. */
@NullMarked
module io.jvfio.emulation {
    requires static transitive org.jspecify;
    requires transitive io.jvfio.core;
    requires io.jvfio.driver.nvme;
}
