// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

/** How commands tell the controller where their data is. Threads: immutable. */
public enum DataPointers {
    /** The shorter one of what the controller takes and the data allows. */
    AUTO,
    /** Lists of pages, which every controller takes; parts must begin and end at page boundaries. */
    PRP,
    /** Scatter/gather lists, of any parts. Not every controller takes them. */
    SGL
}
