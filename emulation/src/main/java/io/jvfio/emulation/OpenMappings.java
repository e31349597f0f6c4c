// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import io.jvfio.device.RegionMapping;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The mappings of a device that its users have not ended.
 *
 * <p>Threads: thread-safe.
 */
final class OpenMappings {
    private final Set<OpenMapping> open = ConcurrentHashMap.newKeySet();

    /** Remembers a mapping until it is closed. */
    RegionMapping add(RegionMapping made) {
        OpenMapping mapping = new OpenMapping(made);
        open.add(mapping);
        return mapping;
    }

    void closeAll(Closing steps) {
        open.forEach(mapping -> steps.attempt(mapping::close));
    }

    private final class OpenMapping implements RegionMapping {
        private final RegionMapping mapping;

        OpenMapping(RegionMapping mapping) {
            this.mapping = mapping;
        }

        @Override
        public MemorySegment memory() {
            return mapping.memory();
        }

        @Override
        public long offset() {
            return mapping.offset();
        }

        @Override
        public void close() {
            mapping.close();
            open.remove(this);
        }
    }
}
