// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.device;

import io.jvfio.tests.architecture.violations.internal.sys.Mapping;

public final class MapsFile {
    public long bar() {
        return Mapping.ofFile(0).offset();
    }
}
