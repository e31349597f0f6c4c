// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

/** Bytes are no capability or no error record of zPCI. Threads: immutable. */
public final class MalformedZpciException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param what a clause
     */
    public MalformedZpciException(String what) {
        super(what);
    }
}
