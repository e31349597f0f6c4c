// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.Closing;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import io.jvfio.iommu.MapRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An address space over a registry of maps: what every carrier's does alike. It counts the devices that are in it and is
 * not closed before them. A carrier says what it is, what its limits are, and how its devices come in.
 *
 * <p>Threads: thread-safe. One lock, this object's, orders joining, leaving and the end; maps do not take it.
 */
public abstract class RegistrySpace implements AddressSpace {
    private final DmaRegistry registry;

    /** How many devices are in it. Guarded by this, as is {@link #closed}. */
    private int members;

    private boolean closed;

    /**
     * An empty space.
     *
     * @param registry of its maps; the space closes it
     */
    protected RegistrySpace(DmaRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    /** How a device is opened in a space. */
    @FunctionalInterface
    public interface Opening<S extends AddressSpace, D> {
        /**
         * Opens the device.
         *
         * @param space to join
         * @param owned whether it is private to the device, which closes it last
         */
        D in(S space, boolean owned);
    }

    /**
     * Opens a device in the space that the user gave, or in a new one that belongs to the device. A new space is closed if
     * that fails.
     *
     * @param given the user's, or null
     * @param mine takes the user's as one of the carrier; throws IllegalArgumentException if it is none
     * @param fresh makes one
     * @param opening opens the device
     */
    public static <S extends AddressSpace, D> D open(
            @Nullable AddressSpace given, Function<AddressSpace, S> mine, Supplier<S> fresh, Opening<S, D> opening) {
        if (given != null) {
            return opening.in(mine.apply(given), false);
        }
        S own = fresh.get();
        try {
            return opening.in(own, true);
        } catch (RuntimeException e) {
            throw Closing.after(e, own);
        }
    }

    /** The registry of its maps. */
    protected final DmaRegistry registry() {
        return registry;
    }

    /**
     * A device is about to come in; until {@link #left} the space cannot be closed.
     *
     * @throws IllegalStateException if it is closed
     */
    protected final synchronized void entering() {
        if (closed) {
            throw new IllegalStateException(description() + " is closed");
        }
        members++;
    }

    /** A device has gone, or could not come in. */
    protected final synchronized void left() {
        members--;
    }

    /** Who is in it, for the error of who closes it too early; called under the lock. */
    protected String occupants(int devices) {
        return devices + " devices";
    }

    /** Gives back what the space holds besides its registry. Called once, at its end; no device is in it. */
    protected void release() {}

    @Override
    public DmaMapping map(DmaSource source, MapRequest request) {
        return registry.map(source, request);
    }

    @Override
    public DmaMappings mappings() {
        return registry.mappings();
    }

    @Override
    public List<IovaRange> usable() {
        return registry.usable();
    }

    @Override
    public Limits limits() {
        return new Limits(registry.pageSizes(), -1, -1, -1);
    }

    @Override
    public boolean translated() {
        return registry.translated();
    }

    /** None, unless a carrier has some. */
    @Override
    public <T> Optional<T> ability(Class<T> type) {
        return Abilities.none().find(type);
    }

    /** True: VFIO takes only devices whose DMA is coherent, and servers and models are processes of this machine. */
    @Override
    public boolean coherent() {
        return true;
    }

    @Override
    public final void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (members > 0) {
                throw new IllegalStateException(occupants(members) + " are still in " + description());
            }
            closed = true;
        }
        try {
            registry.close();
        } finally {
            release();
        }
    }

    /** The description. */
    @Override
    public String toString() {
        return description();
    }
}
