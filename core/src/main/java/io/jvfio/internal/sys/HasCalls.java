// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

/**
 * Something that jvfio has made and that knows which system calls to use. Public types of it do not show them, so that no
 * user meets a type that he cannot name; our own carriers ask here.
 *
 * <p>Threads: implementations are immutable.
 */
public interface HasCalls {

    /** The system calls to use, and no others. */
    SystemCalls systemCalls();

    /**
     * The system calls of an object.
     *
     * @throws IllegalArgumentException if jvfio has not made it
     */
    static SystemCalls of(Object maker) {
        if (maker instanceof HasCalls has) {
            return has.systemCalls();
        }
        throw new IllegalArgumentException(maker + " was not made by jvfio");
    }
}
