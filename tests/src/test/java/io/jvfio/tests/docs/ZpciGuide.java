// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import io.jvfio.pci.PciDevice;
import io.jvfio.platform.zpci.Zpci;
import io.jvfio.platform.zpci.ZpciEvent;
import io.jvfio.platform.zpci.ZpciRecovery;
import java.util.function.Consumer;

/** What docs/zpci.md quotes. */
public final class ZpciGuide {
    private ZpciGuide() {}

    /**
     * Brings a function back whenever it fails.
     *
     * @param told hears of each error
     * @param start starts the driver anew, on a function that has just been reset
     */
    public static void survive(PciDevice device, Consumer<ZpciEvent> told, Consumer<ZpciRecovery> start) {
        device.as(Zpci.class).ifPresent(zpci -> {
            zpci.onEvent(told);
            device.onError(failing -> start.accept(ZpciRecovery.run(failing)));
        });
    }
}
