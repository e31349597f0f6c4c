// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.internal.uapi;

public final class Struct {
    public int size() {
        return 8;
    }
}
