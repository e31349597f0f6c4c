// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import java.time.Duration;
import java.util.Objects;

/**
 * What a server takes from one client at most, in size, number and time. None of it depends on what a client says.
 *
 * <p>Threads: immutable.
 *
 * @param dataSize bytes of data in one message, 4096 to 64 MiB
 * @param fds descriptors with one message, 1 to 16
 * @param dmaMaps how many mappings a client may have at once, 1 to 65535. Each may hold a descriptor
 * @param mappedBytes bytes that all mappings of a client may have together
 * @param queuedBytes bytes of commands that are kept while an earlier one takes its time, with what keeps them; when
 *     there are more, nothing is read until one is done
 * @param silence how long the rest of a message, the first message of all, and room for an answer may take to come; a
 *     client that is slower is taken for lost
 * @param answer how long a command may wait for those before it: then it is not done any more, and answered with
 *     ETIMEDOUT. One that has begun is answered when it ends, however late, with what became of it. QEMU gives up after 5 s
 * @param dma how long the client may take to answer a DMA message
 * @param command how long the device may take to end a command of a client that has gone; then it is not handed on
 */
public record ServerLimits(
        int dataSize,
        int fds,
        int dmaMaps,
        long mappedBytes,
        int queuedBytes,
        Duration silence,
        Duration answer,
        Duration dma,
        Duration command) {

    private static final int MIN_DATA = 4096;
    private static final int MAX_DATA = 64 << 20;
    private static final int MAX_FDS = 16;
    private static final int MAX_MAPS = 65535;

    /** Checks the numbers. */
    public ServerLimits {
        check("data size", dataSize, MIN_DATA, MAX_DATA);
        check("number of descriptors", fds, 1, MAX_FDS);
        check("number of DMA mappings", dmaMaps, 1, MAX_MAPS);
        check("number of mapped bytes", mappedBytes, 1, Long.MAX_VALUE);
        check("number of queued bytes", queuedBytes, 1, Integer.MAX_VALUE);
        positive("silence", silence);
        positive("answer", answer);
        positive("dma", dma);
        positive("command", command);
    }

    /**
     * 1 MiB, 16 descriptors, 4096 mappings of 1 TiB, 4 MiB queued, 5 s of silence, 4 s of waiting, DMA in 2 s, 30 s for a
     * command.
     */
    public static ServerLimits defaults() {
        return new ServerLimits(
                1 << 20,
                MAX_FDS,
                4096,
                1L << 40,
                4 << 20,
                Duration.ofSeconds(5),
                Duration.ofSeconds(4),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30));
    }

    /** The same with another size of data. */
    public ServerLimits withDataSize(int bytes) {
        return new ServerLimits(bytes, fds, dmaMaps, mappedBytes, queuedBytes, silence, answer, dma, command);
    }

    /** The same with another number of descriptors. */
    public ServerLimits withFds(int most) {
        return new ServerLimits(dataSize, most, dmaMaps, mappedBytes, queuedBytes, silence, answer, dma, command);
    }

    /** The same with other limits of mappings. */
    public ServerLimits withDmaMaps(int most, long bytes) {
        return new ServerLimits(dataSize, fds, most, bytes, queuedBytes, silence, answer, dma, command);
    }

    /** The same with another limit of what is queued. */
    public ServerLimits withQueuedBytes(int bytes) {
        return new ServerLimits(dataSize, fds, dmaMaps, mappedBytes, bytes, silence, answer, dma, command);
    }

    /** The same with another limit of silence. */
    public ServerLimits withSilence(Duration limit) {
        return new ServerLimits(dataSize, fds, dmaMaps, mappedBytes, queuedBytes, limit, answer, dma, command);
    }

    /** The same with another time for answers. */
    public ServerLimits withAnswer(Duration limit) {
        return new ServerLimits(dataSize, fds, dmaMaps, mappedBytes, queuedBytes, silence, limit, dma, command);
    }

    /** The same with another time for DMA messages. */
    public ServerLimits withDma(Duration limit) {
        return new ServerLimits(dataSize, fds, dmaMaps, mappedBytes, queuedBytes, silence, answer, limit, command);
    }

    /** The same with another time for the last command. */
    public ServerLimits withCommand(Duration limit) {
        return new ServerLimits(dataSize, fds, dmaMaps, mappedBytes, queuedBytes, silence, answer, dma, limit);
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("a " + what + " of " + value + " is not in " + least + ".." + most);
        }
    }

    private static void positive(String what, Duration time) {
        if (!Objects.requireNonNull(time, what).isPositive()) {
            throw new IllegalArgumentException("a time of " + time + " for " + what + " is not positive");
        }
    }
}
