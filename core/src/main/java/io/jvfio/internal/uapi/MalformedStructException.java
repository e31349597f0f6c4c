// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

/** A struct from the kernel, or from whoever stands in for it, that contradicts itself; offsets are in hex. */
public final class MalformedStructException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    MalformedStructException(String message) {
        super(message);
    }
}
