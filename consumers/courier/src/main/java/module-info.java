// SPDX-License-Identifier: Apache-2.0
/** A model of a device, and the driver of that device. */
module com.example.courier {
    requires io.jvfio.core;
    requires io.jvfio.emulation;

    provides io.jvfio.emulation.ModelProvider with
            com.example.courier.CourierProvider;
}
