// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.VfioException;
import java.util.List;
import java.util.Optional;

/**
 * What devices reach by DMA: an IOMMU address space with the registry of all that is mapped in it.
 *
 * <p>A space takes devices of its own carrier. A device gets its space when it is opened and leaves it when it is closed;
 * the space outlives its devices and keeps its maps. A device that joins finds every map in place, or does not join.
 *
 * <p>Threads: thread-safe; {@link #mappings} takes no lock.
 */
public interface AddressSpace extends AutoCloseable {

    /**
     * Maps memory so that the devices of this space reach it. Blocks while the kernel pins the pages.
     *
     * @param source what to map; borrowed until the mapping is closed
     * @param request where, and with which rights
     * @return the mapping, owned by the caller
     * @throws IllegalArgumentException if the request does not fit the source, or the carrier cannot take such a source
     * @throws IovaExhaustedException if no usable range has room for it
     * @throws VfioException if the carrier refuses; nothing is left mapped
     * @throws IllegalStateException if the space is closed
     */
    DmaMapping map(DmaSource source, MapRequest request);

    /** What is mapped now: an immutable snapshot, read without a lock and without allocation. */
    DmaMappings mappings();

    /** The ranges in which IOVAs may lie, in ascending order. They shrink when a device joins that reaches less. */
    List<IovaRange> usable();

    /** The limits that a map can run into, read now. */
    Limits limits();

    /**
     * Whether DMA is coherent with CPU caches. True on every carrier of this project: since Linux 5.19 VFIO takes no device
     * for which it is not, behind an IOMMU.
     */
    boolean coherent();

    /**
     * Whether an IOMMU stands between the devices and memory. Without one, device addresses are physical, nothing stops
     * a device, and memory that was given back must stay where it is until the device has been reset or closed.
     */
    default boolean translated() {
        return true;
    }

    /**
     * Whether a {@link DmaSource.File} needs its descriptor for as long as it is mapped. If not, its view alone is used,
     * and who has many of them may map the view as a {@link DmaSource.Segment} and close the file.
     */
    default boolean keepsFiles() {
        return true;
    }

    /**
     * What the space can do besides, asked for by the type of it. As {@code VfioDevice.ability}.
     *
     * @return the ability, which ends with the space, or empty if the space does not have it
     */
    <T> Optional<T> ability(Class<T> type);

    /** Which kind of address space this is, and why it was chosen, in one line for people. */
    String description();

    /**
     * Closes the space and ends every mapping in it. Idempotent.
     *
     * @throws IllegalStateException if a device is still in it
     */
    @Override
    void close();
}
