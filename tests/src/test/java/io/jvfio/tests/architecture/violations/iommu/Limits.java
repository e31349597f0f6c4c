// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.iommu;

public final class Limits {
    public long maximum() {
        return 0;
    }
}
