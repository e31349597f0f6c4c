// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.device;

import io.jvfio.tests.architecture.violations.internal.uapi.Struct;

public final class DependsOnUapi {
    private final Struct struct = new Struct();

    public int size() {
        return struct.size();
    }
}
