// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

/** What a device may do with mapped memory, seen from the device. Threads: immutable. */
public enum Access {
    /** The device reads; the CPU's data goes to the device. */
    READ(true, false),
    /** The device writes. Many IOMMUs cannot express write without read and allow both. */
    WRITE(false, true),
    /** The device reads and writes. */
    READ_WRITE(true, true);

    private final boolean readable;
    private final boolean writable;

    Access(boolean readable, boolean writable) {
        this.readable = readable;
        this.writable = writable;
    }

    /** Whether the device may read. */
    public boolean readable() {
        return readable;
    }

    /** Whether the device may write. */
    public boolean writable() {
        return writable;
    }
}
