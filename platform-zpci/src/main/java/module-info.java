// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** PCI functions of IBM Z under VFIO: what the platform says of each of them, whoever made it. */
@NullMarked
module io.jvfio.platform.zpci {
    requires static org.jspecify;
    requires transitive io.jvfio.core;

    exports io.jvfio.platform.zpci;
    exports io.jvfio.platform.zpci.spec;

    provides io.jvfio.variant.PlatformLayerProvider with
            io.jvfio.platform.zpci.ZpciLayerProvider;
}
