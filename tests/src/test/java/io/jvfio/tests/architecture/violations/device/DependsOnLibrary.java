// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.device;

import org.assertj.core.api.Assertions;

public final class DependsOnLibrary {
    public void check(int value) {
        Assertions.assertThat(value).isZero();
    }
}
