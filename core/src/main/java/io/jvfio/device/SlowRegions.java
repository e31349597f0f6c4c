// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

/**
 * Tells which regions of a device have accesses that may wait: an ability of devices with such regions. A server serves
 * them apart from all others.
 *
 * <p>Threads: thread-safe.
 */
@FunctionalInterface
public interface SlowRegions {
    /** No region is slow. */
    SlowRegions NONE = region -> false;

    /**
     * Whether an access to a region may wait.
     *
     * @param region its index
     */
    boolean slow(int region);
}
