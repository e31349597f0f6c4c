// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import io.jvfio.Hex;

/** Bytes are no OpRegion, no video BIOS table or no part of one. Threads: immutable. */
public final class MalformedIgdException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Where, in bytes. */
    private final long offset;

    /**
     * Says what is wrong.
     *
     * @param offset where, in bytes from the start of what was given to be decoded
     * @param what what is wrong there, a clause
     */
    public MalformedIgdException(long offset, String what) {
        super("at " + Hex.of(offset) + ": " + what);
        this.offset = offset;
    }

    /** Where it is, in bytes from the start of what was given to be decoded. */
    public long offset() {
        return offset;
    }
}
