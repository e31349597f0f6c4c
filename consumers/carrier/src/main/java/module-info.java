// SPDX-License-Identifier: Apache-2.0
/** A carrier that somebody writes for jvfio. */
module com.example.carrier {
    requires io.jvfio.core;

    provides io.jvfio.carrier.CarrierProvider with
            com.example.carrier.MemoryCarrier;
}
