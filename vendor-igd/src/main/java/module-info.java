// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** Intel graphics under VFIO: what firmware tells of it, and the vocabulary for whoever builds the other side. */
@NullMarked
module io.jvfio.vendor.igd {
    requires static org.jspecify;
    requires transitive io.jvfio.core;

    exports io.jvfio.vendor.igd;
    exports io.jvfio.vendor.igd.spec;

    provides io.jvfio.variant.DeviceVariantProvider with
            io.jvfio.vendor.igd.IgdVariantProvider;
}
