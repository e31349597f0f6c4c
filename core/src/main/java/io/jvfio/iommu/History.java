// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last mappings that ended, to explain a fault at an address that was mapped once. It keeps no memory alive.
 *
 * <p>Threads: additions one at a time, under the registry's lock; any number may search meanwhile. A search that
 * additions overtake may miss the oldest entries.
 */
final class History {

    /** A contiguous part of an ended mapping. */
    record Place(IovaRange range, long offset) {}

    /** A mapping that ended. */
    record Entry(
            String label,
            List<Place> places,
            Instant since,
            Instant until,
            @Nullable Throwable origin) {

        static Entry of(RegisteredMapping mapping, Instant until) {
            List<Place> places = mapping.runs().stream()
                    .map(run -> new Place(run.range(), run.offset()))
                    .toList();
            return new Entry(mapping.label(), places, mapping.since(), until, mapping.origin());
        }

        private @Nullable Place at(long iova) {
            for (Place place : places) {
                if (place.range().contains(iova)) {
                    return place;
                }
            }
            return null;
        }
    }

    private final AtomicReferenceArray<@Nullable Entry> ring;

    /** How many were ever added. */
    private volatile long added;

    History(int capacity) {
        ring = new AtomicReferenceArray<>(capacity);
    }

    /** Adds an entry; the oldest goes if the ring is full. The caller holds the registry's lock. */
    void add(Entry entry) {
        if (ring.length() > 0) {
            long index = added;
            ring.set((int) (index % ring.length()), entry);
            added = index + 1;
        }
    }

    /** The latest mapping that held this address, or null. */
    IovaExplanation.@Nullable Ended find(long iova, Instant now) {
        long newest = added - 1;
        for (long i = newest; i >= 0 && i > newest - ring.length(); i--) {
            Entry entry = ring.get((int) (i % ring.length()));
            Place place = entry == null ? null : entry.at(iova);
            if (entry != null && place != null) {
                long offset = place.offset() + (iova - place.range().start());
                return new IovaExplanation.Ended(
                        iova, place.range(), offset, entry.label(), entry.since(), entry.until(), now, entry.origin());
            }
        }
        return null;
    }
}
