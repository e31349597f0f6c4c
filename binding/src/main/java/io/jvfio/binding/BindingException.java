// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.Objects;

/**
 * A function could not be bound to a kernel driver or given back. What became of the device says the problem's
 * severity.
 *
 * <p>Threads: immutable but for what {@link Throwable} allows.
 */
public final class BindingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    private final transient BindingProblem problem;

    /** Why not. */
    public BindingException(BindingProblem problem) {
        super(Objects.requireNonNull(problem, "problem").toString());
        this.problem = problem;
    }

    static BindingException of(BindingProblem.Code code, String detail, String hint) {
        return new BindingException(BindingProblem.of(code, detail, hint));
    }

    /** Why not. */
    public BindingProblem problem() {
        return problem;
    }
}
