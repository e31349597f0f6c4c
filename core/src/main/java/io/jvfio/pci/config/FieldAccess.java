// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

/**
 * What software may do with a field. Sticky ones keep their value over a reset.
 *
 * <p>Source: PCIe 6.0, 7.4. Threads: immutable.
 */
public enum FieldAccess {
    /** Read-only. */
    RO,
    /** Read-only, sticky. */
    ROS,
    /** Set by firmware or hardware before software runs; read-only then. */
    HWINIT,
    /** Read and written. */
    RW,
    /** Read and written, sticky. */
    RWS,
    /** Writing 1 clears it, writing 0 does nothing. */
    RW1C,
    /** Writing 1 clears it, writing 0 does nothing; sticky. */
    RW1CS,
    /** Writing 1 starts something; what is read is not what was written. */
    RW1S;

    /** Whether a write can change anything. */
    public boolean writable() {
        return this != RO && this != ROS && this != HWINIT;
    }

    /** Whether writing what was read could do something: another field's write must write 0 here. */
    public boolean triggered() {
        return this == RW1C || this == RW1CS || this == RW1S;
    }
}
