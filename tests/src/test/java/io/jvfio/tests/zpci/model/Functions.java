// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import io.jvfio.DeviceLocator;

/** The zPCI functions that contracts are held to. */
final class Functions {
    /** A conventional function, whose DMA reaches the aperture. */
    static final String EDU = "model:zpci?of=edu&transfer_ms=0&dma_mask=0xffffffffff";

    static final String NVME = "model:zpci?of=nvme&size=1MiB&zpci.util=a disk&zpci.pft=0x0b";

    private Functions() {}

    /** One that takes all addresses: for clients that do not know zPCI and learn of no aperture, and for low addresses. */
    static String served(String model) {
        return model + "&zpci.aperture=0x0-0xffffffffffff";
    }

    static DeviceLocator locator(String model) {
        return DeviceLocator.parse(model);
    }
}
