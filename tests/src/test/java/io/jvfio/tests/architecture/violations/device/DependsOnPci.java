// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.device;

import io.jvfio.tests.architecture.violations.pci.Function;

public final class DependsOnPci {
    private final Function function = new Function();

    public int number() {
        return function.number();
    }
}
