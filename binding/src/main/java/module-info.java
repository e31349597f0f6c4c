// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** Which kernel driver a device should have, and the transaction that gives it. */
@NullMarked
module io.jvfio.binding {
    requires static org.jspecify;
    requires transitive io.jvfio.core;

    exports io.jvfio.binding;
}
