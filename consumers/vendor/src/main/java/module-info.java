// SPDX-License-Identifier: Apache-2.0
/** What a vendor adds to its device. */
module com.example.vendor {
    requires io.jvfio.core;

    provides io.jvfio.variant.DeviceVariantProvider with
            com.example.vendor.AcmeProvider;
}
