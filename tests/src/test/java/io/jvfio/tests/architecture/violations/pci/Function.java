// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.pci;

public final class Function {
    public int number() {
        return 0;
    }
}
