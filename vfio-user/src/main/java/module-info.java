// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** The vfio-user protocol: a client that is a carrier, and a server for any device. */
@NullMarked
module io.jvfio.vfiouser {
    requires static org.jspecify;
    requires transitive io.jvfio.core;
    requires com.fasterxml.jackson.core;

    exports io.jvfio.vfiouser;
    exports io.jvfio.vfiouser.server;

    provides io.jvfio.carrier.CarrierProvider with
            io.jvfio.vfiouser.VfioUserCarrier;
}
