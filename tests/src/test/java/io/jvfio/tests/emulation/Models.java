// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.DeviceLocator;

/** The models that tests open. */
public final class Models {
    /** With transfers that take no time. */
    static final DeviceLocator EDU = DeviceLocator.parse("model:edu?transfer_ms=0");

    public static final DeviceLocator FULL = DeviceLocator.parse("model:full");

    /** With doorbells that can be mapped. */
    static final DeviceLocator NVME = DeviceLocator.parse("model:nvme?size=1MiB&doorbells=mapped");

    private Models() {}
}
