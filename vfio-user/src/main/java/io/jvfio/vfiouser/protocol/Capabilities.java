// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.iommu.IovaRange;
import java.util.List;
import java.util.Objects;

/**
 * What one side can take, as it says in {@code VERSION}: each value is about what it receives.
 *
 * <p>Threads: immutable.
 *
 * @param maxFds how many descriptors a message may bring
 * @param maxTransfer the largest count of a region or DMA transfer, in bytes
 * @param maxDmaMaps how many DMA maps may exist at a time
 * @param pageSizes the page sizes of DMA maps, one bit for each
 * @param twinSocket whether the server's commands may go over a socket of their own
 * @param twinFd in a reply: which of its descriptors is that socket, -1 if none
 * @param writeMultiple whether {@link Command#REGION_WRITE_MULTI} is understood
 * @param own capabilities of jvfio's own, which other peers do not know and ignore
 */
public record Capabilities(
        int maxFds,
        long maxTransfer,
        int maxDmaMaps,
        long pageSizes,
        boolean twinSocket,
        int twinFd,
        boolean writeMultiple,
        Own own) {

    /** The most ids of storeys that are told or read. */
    public static final int MOST_STOREYS = 16;

    /** The most characters that an id of a storey has. */
    public static final int LONGEST_STOREY = 64;

    /** The most slow regions, and regions with posted registers, that are told or read. */
    public static final int MOST_TOLD_REGIONS = 64;

    /**
     * What jvfio says to its like.
     *
     * @param addedRegions whether regions beyond the bus's own, and capabilities in the device info, are understood
     * @param storeys in a reply: ids of what the server's device is made of above its carrier, from the lowest up
     * @param slowRegions in a reply: indexes of regions whose accesses may wait
     * @param postedRegions in a reply: indexes of regions with registers that {@link Command#DEVICE_GET_REGION_IO_FDS} tells
     *     of, whose writes the server does before any command that was sent after them
     * @param reach in a reply: the addresses that the server's device reaches by DMA
     */
    public record Own(
            boolean addedRegions,
            List<String> storeys,
            List<Integer> slowRegions,
            List<Integer> postedRegions,
            IovaRange reach) {
        /** Copies the lists, and refuses null. */
        public Own {
            storeys = List.copyOf(storeys);
            slowRegions = List.copyOf(slowRegions);
            postedRegions = List.copyOf(postedRegions);
            Objects.requireNonNull(reach, "reach");
        }

        /** What holds for a peer of another make. */
        public static Own none() {
            return new Own(false, List.of(), List.of(), List.of(), IovaRange.ALL);
        }
    }

    /** Refuses null. */
    public Capabilities {
        Objects.requireNonNull(own, "own");
    }

    /** What holds for a peer that says nothing. */
    public static Capabilities absent() {
        return new Capabilities(1, 1 << 20, 65535, 4096, false, -1, false, Own.none());
    }

    /** Whether regions beyond the bus's own are understood; see {@link Own}. */
    public boolean addedRegions() {
        return own.addedRegions;
    }

    /** Ids of what the server's device is made of; see {@link Own}. */
    public List<String> storeys() {
        return own.storeys;
    }

    /** Indexes of regions whose accesses may wait; see {@link Own}. */
    public List<Integer> slowRegions() {
        return own.slowRegions;
    }

    /** Indexes of regions with posted registers; see {@link Own}. */
    public List<Integer> postedRegions() {
        return own.postedRegions;
    }

    /** The addresses that the server's device reaches; see {@link Own}. */
    public IovaRange reach() {
        return own.reach;
    }

    /** The same with other descriptors in a message. */
    public Capabilities withMaxFds(int fds) {
        return new Capabilities(fds, maxTransfer, maxDmaMaps, pageSizes, twinSocket, twinFd, writeMultiple, own);
    }

    /** The same with another largest transfer. */
    public Capabilities withMaxTransfer(long bytes) {
        return new Capabilities(maxFds, bytes, maxDmaMaps, pageSizes, twinSocket, twinFd, writeMultiple, own);
    }

    /** The same with another number of DMA maps. */
    public Capabilities withMaxDmaMaps(int maps) {
        return new Capabilities(maxFds, maxTransfer, maps, pageSizes, twinSocket, twinFd, writeMultiple, own);
    }

    /** The same with other page sizes. */
    public Capabilities withPageSizes(long sizes) {
        return new Capabilities(maxFds, maxTransfer, maxDmaMaps, sizes, twinSocket, twinFd, writeMultiple, own);
    }

    /**
     * The same with or without a twin socket.
     *
     * @param fd in a reply: which descriptor; else -1, as always without
     */
    public Capabilities withTwinSocket(boolean supported, int fd) {
        int which = supported ? fd : -1;
        return new Capabilities(maxFds, maxTransfer, maxDmaMaps, pageSizes, supported, which, writeMultiple, own);
    }

    /** The same with or without writes of many registers. */
    public Capabilities withWriteMultiple(boolean supported) {
        return new Capabilities(maxFds, maxTransfer, maxDmaMaps, pageSizes, twinSocket, twinFd, supported, own);
    }

    /** The same with or without added regions. */
    public Capabilities withAddedRegions(boolean supported) {
        return with(new Own(supported, own.storeys, own.slowRegions, own.postedRegions, own.reach));
    }

    /** The same with these storeys. */
    public Capabilities withStoreys(List<String> ids) {
        return with(new Own(own.addedRegions, ids, own.slowRegions, own.postedRegions, own.reach));
    }

    /** The same with these slow regions. */
    public Capabilities withSlowRegions(List<Integer> indexes) {
        return with(new Own(own.addedRegions, own.storeys, indexes, own.postedRegions, own.reach));
    }

    /** The same with these regions with posted registers. */
    public Capabilities withPostedRegions(List<Integer> indexes) {
        return with(new Own(own.addedRegions, own.storeys, own.slowRegions, indexes, own.reach));
    }

    /** The same with this reach. */
    public Capabilities withReach(IovaRange range) {
        return with(new Own(own.addedRegions, own.storeys, own.slowRegions, own.postedRegions, range));
    }

    private Capabilities with(Own other) {
        return new Capabilities(maxFds, maxTransfer, maxDmaMaps, pageSizes, twinSocket, twinFd, writeMultiple, other);
    }
}
