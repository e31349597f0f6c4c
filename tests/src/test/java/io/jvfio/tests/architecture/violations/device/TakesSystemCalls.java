// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.device;

import io.jvfio.tests.architecture.violations.internal.sys.SystemCalls;

/** Allowed: nobody offends here. */
public final class TakesSystemCalls {
    private final SystemCalls calls;

    public TakesSystemCalls(SystemCalls calls) {
        this.calls = calls;
    }

    public static TakesSystemCalls of(SystemCalls calls) {
        return new TakesSystemCalls(calls);
    }

    @Override
    public String toString() {
        return calls.toString();
    }
}
