// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import java.util.List;

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
 * @param addedRegions whether regions beyond the bus's own, and capabilities in the device info, are understood: a
 *     capability of jvfio's own, which other peers do not know and ignore
 * @param storeys in a reply: ids of what the server's device is made of above its carrier, from the lowest up; jvfio's own
 *     too
 * @param slowRegions in a reply: indexes of regions whose accesses may wait; jvfio's own too
 */
public record Capabilities(
        int maxFds,
        long maxTransfer,
        int maxDmaMaps,
        long pageSizes,
        boolean twinSocket,
        int twinFd,
        boolean writeMultiple,
        boolean addedRegions,
        List<String> storeys,
        List<Integer> slowRegions) {

    /** The most ids of storeys that are told or read. */
    public static final int MOST_STOREYS = 16;

    /** The most characters that an id of a storey has. */
    public static final int LONGEST_STOREY = 64;

    /** The most slow regions that are told or read. */
    public static final int MOST_SLOW_REGIONS = 64;

    /** Copies the lists. */
    public Capabilities {
        storeys = List.copyOf(storeys);
        slowRegions = List.copyOf(slowRegions);
    }

    /** What holds for a peer that says nothing. */
    public static Capabilities absent() {
        return new Capabilities(1, 1 << 20, 65535, 4096, false, -1, false, false, List.of(), List.of());
    }

    /** The same with other descriptors in a message. */
    public Capabilities withMaxFds(int fds) {
        return new Capabilities(
                fds,
                maxTransfer,
                maxDmaMaps,
                pageSizes,
                twinSocket,
                twinFd,
                writeMultiple,
                addedRegions,
                storeys,
                slowRegions);
    }

    /** The same with another largest transfer. */
    public Capabilities withMaxTransfer(long bytes) {
        return new Capabilities(
                maxFds,
                bytes,
                maxDmaMaps,
                pageSizes,
                twinSocket,
                twinFd,
                writeMultiple,
                addedRegions,
                storeys,
                slowRegions);
    }

    /** The same with another number of DMA maps. */
    public Capabilities withMaxDmaMaps(int maps) {
        return new Capabilities(
                maxFds,
                maxTransfer,
                maps,
                pageSizes,
                twinSocket,
                twinFd,
                writeMultiple,
                addedRegions,
                storeys,
                slowRegions);
    }

    /** The same with other page sizes. */
    public Capabilities withPageSizes(long sizes) {
        return new Capabilities(
                maxFds,
                maxTransfer,
                maxDmaMaps,
                sizes,
                twinSocket,
                twinFd,
                writeMultiple,
                addedRegions,
                storeys,
                slowRegions);
    }

    /**
     * The same with or without a twin socket.
     *
     * @param fd in a reply: which descriptor; else -1, as always without
     */
    public Capabilities withTwinSocket(boolean supported, int fd) {
        return new Capabilities(
                maxFds,
                maxTransfer,
                maxDmaMaps,
                pageSizes,
                supported,
                supported ? fd : -1,
                writeMultiple,
                addedRegions,
                storeys,
                slowRegions);
    }

    /** The same with or without writes of many registers. */
    public Capabilities withWriteMultiple(boolean supported) {
        return new Capabilities(
                maxFds,
                maxTransfer,
                maxDmaMaps,
                pageSizes,
                twinSocket,
                twinFd,
                supported,
                addedRegions,
                storeys,
                slowRegions);
    }

    /** The same with or without added regions. */
    public Capabilities withAddedRegions(boolean supported) {
        return new Capabilities(
                maxFds,
                maxTransfer,
                maxDmaMaps,
                pageSizes,
                twinSocket,
                twinFd,
                writeMultiple,
                supported,
                storeys,
                slowRegions);
    }

    /** The same with these storeys. */
    public Capabilities withStoreys(List<String> ids) {
        return new Capabilities(
                maxFds,
                maxTransfer,
                maxDmaMaps,
                pageSizes,
                twinSocket,
                twinFd,
                writeMultiple,
                addedRegions,
                ids,
                slowRegions);
    }

    /** The same with these slow regions. */
    public Capabilities withSlowRegions(List<Integer> indexes) {
        return new Capabilities(
                maxFds,
                maxTransfer,
                maxDmaMaps,
                pageSizes,
                twinSocket,
                twinFd,
                writeMultiple,
                addedRegions,
                storeys,
                indexes);
    }
}
