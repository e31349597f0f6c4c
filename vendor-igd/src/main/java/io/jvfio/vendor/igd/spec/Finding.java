// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import io.jvfio.Hex;

/**
 * Something that is not as it should be, and that drivers put up with.
 *
 * <p>Threads: immutable.
 *
 * @param offset where, in bytes from the start of what was decoded
 * @param message what, a clause
 */
public record Finding(long offset, String message) {
    @Override
    public String toString() {
        return "at " + Hex.of(offset) + ": " + message;
    }
}
