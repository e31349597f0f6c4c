// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.device;

import io.jvfio.tests.architecture.violations.internal.sys.Calls;
import java.util.List;

public final class ShowsInternalType {
    public List<Calls> calls() {
        return List.of();
    }

    public Hidden hidden() {
        return new Hidden();
    }

    /** Has no name outside of the package. */
    static final class Hidden {}
}
