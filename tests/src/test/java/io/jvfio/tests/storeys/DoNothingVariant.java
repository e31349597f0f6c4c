// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import io.jvfio.device.VfioDevice;
import io.jvfio.variant.Additions;
import io.jvfio.variant.VariantDevice;

/** A vendor's storey that adds nothing. Threads: as the device below. */
final class DoNothingVariant extends VariantDevice {
    DoNothingVariant(VfioDevice below) {
        super(below, Additions.none());
    }
}
