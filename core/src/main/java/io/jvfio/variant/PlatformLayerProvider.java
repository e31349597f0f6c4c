// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VfioDevice;
import java.util.Set;

/**
 * A platform's extension of every device that reports it: decoded capabilities, regions, rules for addresses. All that
 * apply are put on a device, below its variant, in the order of their ids. Whether one applies hangs on what the device
 * reports, never on the name of the machine's architecture.
 *
 * <p>Threads: thread-safe. Methods that tell what it is answer the same each time.
 */
public interface PlatformLayerProvider {

    /** Its name, unique and stable, {@code zpci}, of the form of a variant's. Two providers of one id are both out. */
    String id();

    /**
     * The ids of capabilities in a device's info chain that it decodes, {@code VFIO_DEVICE_INFO_CAP_*}. Two layers that
     * claim the same are both out.
     */
    Set<Integer> claims();

    /**
     * Whether it belongs on a device. As {@link DeviceVariantProvider#probe}.
     *
     * @param device what there is to see, until the call returns
     */
    Verdict probe(VariantView device);

    /** Puts the layer on a device. As {@link DeviceVariantProvider#open}. */
    VfioDevice open(VfioDevice below, VariantContext context);
}
