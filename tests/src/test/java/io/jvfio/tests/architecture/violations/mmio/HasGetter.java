// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.mmio;

public final class HasGetter {
    public int getSize() {
        return 0;
    }
}
