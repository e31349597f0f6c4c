// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

/** How a model's transfer went. Threads: immutable. */
public enum DmaStatus {
    /** All bytes were moved. */
    DONE,
    /** Bus mastering is off: nothing was moved. This is no fault; a driver turns it off to stop the device. */
    MASTER_OFF,
    /** The device is in no address space. */
    DETACHED,
    /** Something in the range is not mapped, or is just being unmapped. */
    UNMAPPED,
    /** A mapping in the range does not grant the access. */
    DENIED,
    /** Memory on the other side of a connection could not be reached, or the function is isolated. */
    FAILED;

    /** Whether all bytes were moved. */
    public boolean done() {
        return this == DONE;
    }
}
