// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.Closing;
import io.jvfio.device.RegionMapping;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The mappings of a device's regions that their owners have not ended, so that the end of the device ends them.
 *
 * <p>Threads: thread-safe.
 */
public final class OpenMappings {
    private final Set<OpenMapping> open = ConcurrentHashMap.newKeySet();

    /** None yet. */
    public OpenMappings() {}

    /**
     * Remembers a mapping until it is closed.
     *
     * @param made a mapping that was just made
     * @param alive throws if the device has ended: it may have missed this mapping, which is closed then
     * @return the mapping to hand out
     */
    public RegionMapping add(RegionMapping made, Runnable alive) {
        OpenMapping mapping = new OpenMapping(made);
        open.add(mapping);
        try {
            alive.run();
        } catch (RuntimeException e) {
            throw Closing.after(e, mapping);
        }
        return mapping;
    }

    /** Ends all that are open. */
    public void closeAll(Closing steps) {
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
