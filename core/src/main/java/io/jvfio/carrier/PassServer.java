// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

/**
 * Opens the nodes of a device of the kernel for a program that may not, and passes them over a UNIX socket: the privileged
 * half of a {@code passed:} locator. The program then drives the device with no right to anything else.
 *
 * <p>Threads: thread-safe; one {@link #serve} at a time.
 */
public interface PassServer extends AutoCloseable {

    /**
     * Waits for a program to connect, opens the nodes anew and sends them: the device's own node and {@code /dev/iommu} if
     * both can be opened here, else the group. Blocks, and pins the carrier of a virtual thread.
     *
     * @throws io.jvfio.VfioException if the nodes could not be opened, which the program is told as well, or not be sent.
     *     The next call serves the next program
     * @throws IllegalStateException if this is closed, also while it waits
     */
    void serve();

    /** Wakes {@link #serve} and removes the socket. Devices that were passed stay open with who has them. Idempotent. */
    @Override
    void close();
}
