// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.internal.sys;

public final class Mapping {
    private final long offset;

    private Mapping(long offset) {
        this.offset = offset;
    }

    public static Mapping ofFile(long offset) {
        return new Mapping(offset);
    }

    public long offset() {
        return offset;
    }
}
