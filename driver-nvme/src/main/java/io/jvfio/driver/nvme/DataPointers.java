// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.data.DataDescription;

/** How commands tell the controller where their data is. Threads: immutable. */
public enum DataPointers {
    /** The shorter one of what the controller takes and the data allows. */
    AUTO,
    /** Lists of pages, which every controller takes; parts must begin and end at page boundaries. */
    PRP,
    /** Scatter/gather lists, of any parts. Not every controller takes them. */
    SGL;

    /**
     * The descriptions that a controller takes and the user wants.
     *
     * @param sgls SGLs that the controller takes: 0 none, 1 of any alignment, 2 of whole dwords
     * @throws IllegalArgumentException if there is none
     */
    DataDescription description(int sgls) {
        if (this == SGL && sgls == 0) {
            throw new IllegalArgumentException("the controller takes no SGLs for I/O commands");
        }
        return new DataDescription(this != SGL, this != PRP && sgls != 0, sgls == 2);
    }
}
