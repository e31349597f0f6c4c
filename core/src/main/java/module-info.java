// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/**
 * The contract of a VFIO device and of its address space, the carriers that the Linux kernel offers, and what driver
 * authors build on them.
 */
@NullMarked
@SuppressWarnings("module") // the qualified exports name modules that are built after this one
module io.jvfio.core {
    requires static org.jspecify;
    requires jdk.jfr;

    exports io.jvfio;
    exports io.jvfio.carrier;
    exports io.jvfio.device;
    exports io.jvfio.host;
    exports io.jvfio.iommu;
    exports io.jvfio.interrupt;
    exports io.jvfio.mmio;
    exports io.jvfio.pci;
    exports io.jvfio.pci.config;
    exports io.jvfio.ring;
    exports io.jvfio.variant;
    exports io.jvfio.internal.sys to
            io.jvfio.binding,
            io.jvfio.vfiouser,
            io.jvfio.emulation,
            io.jvfio.platform.zpci,
            io.jvfio.testkit;
    exports io.jvfio.internal.uapi to
            io.jvfio.vfiouser,
            io.jvfio.platform.zpci;

    uses io.jvfio.carrier.CarrierProvider;
    uses io.jvfio.variant.DeviceVariantProvider;
    uses io.jvfio.variant.PlatformLayerProvider;
}
