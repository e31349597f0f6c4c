// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.VfioException;

/**
 * A message that does not follow the protocol, or asks for more than is allowed.
 *
 * <p>Threads: as {@link VfioException}.
 */
public final class ProtocolException extends VfioException {
    private static final long serialVersionUID = 1L;

    /**
     * A malformed message.
     *
     * @param errno what to answer, 1 to 4095
     * @param message which message
     * @param problem what is wrong with it
     */
    public ProtocolException(int errno, String message, String problem) {
        super(message, errno, problem, "");
    }
}
