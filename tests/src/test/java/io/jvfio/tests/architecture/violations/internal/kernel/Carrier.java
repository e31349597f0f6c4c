// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.internal.kernel;

public final class Carrier {
    public void reset() {
        // nothing to reset
    }
}
