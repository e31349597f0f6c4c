// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host.driver;

import java.util.Objects;

/**
 * A driver could not be bound or given back. What became of the device says the problem's severity.
 *
 * <p>Threads: immutable but for what {@link Throwable} allows.
 */
public final class DriverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    private final transient DriverProblem problem;

    /** Why not. */
    public DriverException(DriverProblem problem) {
        super(Objects.requireNonNull(problem, "problem").toString());
        this.problem = problem;
    }

    static DriverException of(DriverProblem.Code code, String detail, String hint) {
        return new DriverException(DriverProblem.of(code, detail, hint));
    }

    /** Why not. */
    public DriverProblem problem() {
        return problem;
    }
}
