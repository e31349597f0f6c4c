// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

/** What is known of an open device, in the order in which it gets worse. Threads: immutable. */
public enum DeviceState {
    /** As opened. */
    OPEN,
    /** The device reported an error; a reset may bring it back. */
    IN_ERROR,
    /** The kernel asked to let the device go; it is about to be closed. */
    LEAVING,
    /** An access found that the device is not there any more. */
    GONE,
    /** Closed. */
    CLOSED
}
