// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionMapping;
import io.jvfio.variant.RegionOps;
import java.util.List;
import java.util.Optional;

/**
 * A region that is another one but for its registers, by which bytes are moved too, so that whoever takes the accesses of
 * registers takes all.
 *
 * <p>Threads: as the other one.
 */
interface ForwardedOps extends RegionOps {
    /** The other one. */
    RegionOps ops();

    @Override
    default List<RegionArea> mmapAreas() {
        return ops().mmapAreas();
    }

    @Override
    default Optional<RegionMapping> map(long offset, long length) {
        return ops().map(offset, length);
    }

    @Override
    default Optional<RegionFile> file() {
        return ops().file();
    }

    @Override
    default List<InfoCapability> capabilities() {
        return ops().capabilities();
    }

    @Override
    default boolean slow() {
        return ops().slow();
    }

    @Override
    default void release() {
        ops().release();
    }
}
