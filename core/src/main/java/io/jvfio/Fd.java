// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

/**
 * An open file descriptor with an owner.
 *
 * <p>A call that uses the number brackets it with {@link #acquire} and {@link #release}, so that the number cannot be
 * closed, and reused by the kernel for another file, in the middle of the call. Whoever opened or received an
 * {@code Fd} closes it; a method that takes one borrows it and duplicates what it keeps. Take one over from elsewhere
 * with {@code Vfio.adopt}.
 *
 * <p>Code that hands the number of an eventfd to another process itself, and not by a vfio-user server or client, lets that
 * process decide whether who reads it waits: by {@code fcntl(2)} both can change that.
 *
 * <p>Threads: thread-safe.
 */
public interface Fd extends AutoCloseable {

    /**
     * The number, kept open until {@link #release}. Neither blocks nor allocates.
     *
     * @throws IllegalStateException if this descriptor is closed
     */
    int acquire();

    /** Ends one {@link #acquire}. */
    void release();

    /** What it is, for errors: the path, or what its maker called it. */
    String subject();

    /** Whether {@link #close} has not been called yet. */
    boolean isOpen();

    /**
     * Another descriptor of the same open file, close-on-exec, owned by the caller.
     *
     * @throws IllegalStateException if this descriptor is closed
     * @throws VfioException if the process has no descriptor left (EMFILE)
     */
    Fd duplicate();

    /**
     * Closes the descriptor once the calls that use it have ended. Waits for them up to a second; after that the last of
     * them closes it. Idempotent.
     */
    @Override
    void close();
}
