// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Durations;
import io.jvfio.Hex;
import java.time.Duration;
import java.util.Objects;

/**
 * What a client takes from its server, how long it waits, and how far it trusts it.
 *
 * <p>Threads: immutable.
 *
 * @param maxTransfer the most data in one message, in bytes: 4096 to 64 MiB. What is sent stays below it and below 128 KiB
 * @param maxFds the most descriptors with one message: 1 to 253
 * @param maxDmaMaps the most DMA maps at a time, 1 or more
 * @param timeout how long a command may take before the connection counts as lost, and how long a message may take from its
 *     first byte to its last; 1 ms or more. When it is over no further question is asked in opening, which so ends within
 *     twice the time
 * @param trustServer whether a server gets the file of memory that it can make to fault, which ends this process if the
 *     wrong code meets it: huge pages, and files that are not sealed. Else such memory is copied by messages
 * @param posting which registers are written by a signal and not by a message
 */
public record VfioUserLimits(
        int maxTransfer, int maxFds, int maxDmaMaps, Duration timeout, boolean trustServer, Posting posting) {

    /**
     * Whether a register that the server offers for it ({@code DEVICE_GET_REGION_IO_FDS}) is written by a store and a signal
     * instead of a message. Nobody waits for such a write, and nobody is told if it fails. Threads: immutable.
     */
    public enum Posting {
        /** If the server says that a later command finds the write done, as those of jvfio do. */
        ORDERED,
        /**
         * Whatever the server: it is asked for each region, which one that does not know the question may take badly. Whether
         * a command overtakes a write that was made before it is then the server's to say.
         */
        ALWAYS,
        /** By messages, each of which is answered. */
        NEVER
    }

    private static final int LEAST_TRANSFER = 4096;
    private static final int MOST_TRANSFER = 64 << 20;
    private static final int MOST_FDS = 253;

    /** How much longer a message may be than its data, in bytes: the protocol's own structures. */
    private static final int SLACK = 64 * 1024;

    /** Checks the numbers. */
    public VfioUserLimits {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(posting, "posting");
        if (maxTransfer < LEAST_TRANSFER || maxTransfer > MOST_TRANSFER) {
            throw new IllegalArgumentException(
                    "a largest transfer of " + Hex.of(maxTransfer) + " bytes; 0x1000 to 0x4000000 are possible");
        }
        if (maxFds < 1 || maxFds > MOST_FDS || maxDmaMaps < 1) {
            throw new IllegalArgumentException(maxFds + " descriptors in a message, " + maxDmaMaps + " DMA maps");
        }
        if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "a time limit of " + Durations.text(timeout) + "; 1 ms to a day are possible");
        }
    }

    /** 1 MiB, 16 descriptors, 65535 maps, 10 seconds, no trust, posted writes where they are in order. */
    public static VfioUserLimits defaults() {
        return new VfioUserLimits(1 << 20, 16, 65535, Duration.ofSeconds(10), false, Posting.ORDERED);
    }

    /** The same with another largest transfer. */
    public VfioUserLimits withMaxTransfer(int bytes) {
        return new VfioUserLimits(bytes, maxFds, maxDmaMaps, timeout, trustServer, posting);
    }

    /** The same with another number of descriptors. */
    public VfioUserLimits withMaxFds(int descriptors) {
        return new VfioUserLimits(maxTransfer, descriptors, maxDmaMaps, timeout, trustServer, posting);
    }

    /** The same with another number of DMA maps. */
    public VfioUserLimits withMaxDmaMaps(int maps) {
        return new VfioUserLimits(maxTransfer, maxFds, maps, timeout, trustServer, posting);
    }

    /** The same with another time limit. */
    public VfioUserLimits withTimeout(Duration limit) {
        return new VfioUserLimits(maxTransfer, maxFds, maxDmaMaps, limit, trustServer, posting);
    }

    /** The same with this trust. */
    public VfioUserLimits withTrustServer(boolean trust) {
        return new VfioUserLimits(maxTransfer, maxFds, maxDmaMaps, timeout, trust, posting);
    }

    /** The same with this choice of posted writes. */
    public VfioUserLimits withPosting(Posting choice) {
        return new VfioUserLimits(maxTransfer, maxFds, maxDmaMaps, timeout, trustServer, choice);
    }

    /** The largest payload of a message, in bytes. */
    public int maxPayload() {
        return maxTransfer + SLACK;
    }
}
