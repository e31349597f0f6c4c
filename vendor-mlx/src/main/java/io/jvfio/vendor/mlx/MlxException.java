// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.VfioException;

/**
 * The function cannot be brought up or does not do as it is told; the errno is the one that Linux's driver gives.
 *
 * <p>Threads: immutable.
 */
public class MlxException extends VfioException {
    private static final long serialVersionUID = 1;

    /**
     * What failed.
     *
     * @param call what was tried: a command's name, or a step of the bring-up
     * @param errno why
     * @param subject on which device
     * @param hint what it means, and what helps
     */
    public MlxException(String call, int errno, String subject, String hint) {
        super(call, errno, subject, hint);
    }
}
