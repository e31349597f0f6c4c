// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.VfioException;
import java.time.Duration;
import java.util.List;

/**
 * The maps of one address space, for carriers that build one: chooses IOVAs, tells the carrier, publishes snapshots,
 * and replays everything to whoever joins.
 *
 * <p>Threads: thread-safe. {@link #mappings} takes no lock; maps and unmaps of different ranges run at the same time in
 * the carrier.
 */
public final class DmaRegistry {

    /**
     * How a registry behaves.
     *
     * @param subject what errors call the address space
     * @param unmapTimeout how long an unmap waits for transfers of device models
     * @param history how many ended mappings are remembered to explain faults
     * @param stacks whether the stack of each map call is kept to explain faults
     */
    public record Settings(String subject, Duration unmapTimeout, int history, boolean stacks) {
        /** One second, 1024 ended mappings, no stacks. */
        public static Settings defaults(String subject) {
            return new Settings(subject, Duration.ofSeconds(1), 1024, false);
        }
    }

    private DmaRegistry() {}

    /**
     * A registry behind an IOMMU, without a backend yet: maps are only recorded until the first {@link #attach}.
     *
     * @param usable where IOVAs may lie as far as is known now
     * @param pageSizes the IOMMU's page sizes as far as is known now, one bit for each
     */
    public static DmaRegistry of(Settings settings, List<IovaRange> usable, long pageSizes) {
        throw new UnsupportedOperationException();
    }

    /** A registry without an IOMMU: the backend finds the addresses, so every map needs it at once. */
    public static DmaRegistry physical(Settings settings, long pageSize, PhysicalDmaBackend backend) {
        throw new UnsupportedOperationException();
    }

    /**
     * Adds a backend and replays every mapping to it, or fails with nothing left mapped there and nothing changed here.
     * A kernel container is one backend for all of its devices; of several peers each is one, and a map goes to all in
     * the order of their joining.
     *
     * @param usable where IOVAs may lie from now on
     * @param pageSizes the page sizes from now on
     * @throws IllegalStateException if a mapping lies outside {@code usable} or is not aligned to the granule
     */
    public void attach(DmaBackend backend, List<IovaRange> usable, long pageSizes) {
        throw new UnsupportedOperationException();
    }

    /** Forgets a backend whose maps are gone already; it is not called. All mappings are kept for a later replay. */
    public void detach(DmaBackend backend) {
        throw new UnsupportedOperationException();
    }

    /**
     * Changes where IOVAs may lie, when another device has joined or left behind the same backend.
     *
     * @throws IllegalStateException if a mapping lies outside {@code usable} or is not aligned to the granule; nothing
     *     is changed
     */
    public void limit(List<IovaRange> usable, long pageSizes) {
        throw new UnsupportedOperationException();
    }

    /** Where IOVAs may lie now. */
    public List<IovaRange> usable() {
        throw new UnsupportedOperationException();
    }

    /** The page sizes now, one bit for each. */
    public long pageSizes() {
        throw new UnsupportedOperationException();
    }

    /**
     * Maps: {@link AddressSpace#map}.
     *
     * @throws VfioException if a backend refuses; nothing is left mapped
     */
    public DmaMapping map(DmaSource source, MapRequest request) {
        throw new UnsupportedOperationException();
    }

    /** The current snapshot: {@link AddressSpace#mappings}. */
    public DmaMap mappings() {
        throw new UnsupportedOperationException();
    }

    /** Ends every mapping, all of them even if one fails, and takes no more. Idempotent. */
    public void close() {
        throw new UnsupportedOperationException();
    }
}
