// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Fd;
import java.util.List;
import java.util.Objects;

/**
 * The file behind a region: what a server may pass on to a client.
 *
 * <p>Threads: immutable.
 *
 * @param fd the file, borrowed from the device
 * @param offset where the region starts in the file, in bytes
 * @param areas the parts of the region that may be mapped, in bytes from the region's start
 */
public record RegionFile(Fd fd, long offset, List<RegionArea> areas) {

    /** Copies the list. */
    public RegionFile {
        Objects.requireNonNull(fd, "fd");
        areas = List.copyOf(areas);
    }
}
