// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.internal.uapi;

import io.jvfio.tests.architecture.violations.iommu.Limits;

final class DependsOnContract {
    private final Limits limits = new Limits();

    long maximum() {
        return limits.maximum();
    }
}
