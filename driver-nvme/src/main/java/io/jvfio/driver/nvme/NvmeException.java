// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

/**
 * What an NVMe controller did or refused. That the device is gone is told by
 * {@link io.jvfio.device.DeviceGoneException} instead.
 *
 * <p>Threads: as {@link Throwable}.
 */
public abstract sealed class NvmeException extends RuntimeException
        permits CommandFailedException, ControllerFailedException {
    private static final long serialVersionUID = 1L;

    NvmeException(String message) {
        super(message);
    }
}
