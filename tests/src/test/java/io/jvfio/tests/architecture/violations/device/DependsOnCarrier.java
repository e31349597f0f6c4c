// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.device;

import io.jvfio.tests.architecture.violations.internal.kernel.Carrier;

public final class DependsOnCarrier {
    private final Carrier carrier = new Carrier();

    public void reset() {
        carrier.reset();
    }
}
