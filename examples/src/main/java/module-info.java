// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** Small complete programs that show how a driver is written. */
@NullMarked
module io.jvfio.examples {
    requires static transitive org.jspecify;
    requires transitive io.jvfio.core;

    exports io.jvfio.examples;
}
