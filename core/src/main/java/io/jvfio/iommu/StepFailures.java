// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import org.jspecify.annotations.Nullable;

/** Runs all of several steps even if some fail, and throws the first failure with the others suppressed. */
final class StepFailures {
    private @Nullable RuntimeException first;

    void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
    }

    void rethrow() {
        if (first != null) {
            throw first;
        }
    }
}
