// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.pci;

import io.jvfio.tests.architecture.violations.device.DependsOnPci;

public final class KnowsItsUser {
    private final DependsOnPci user = new DependsOnPci();

    public int number() {
        return user.number();
    }
}
