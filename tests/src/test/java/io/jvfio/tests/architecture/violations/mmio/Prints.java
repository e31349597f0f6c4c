// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.mmio;

public final class Prints {
    public void hello() {
        System.out.println("hello");
    }
}
