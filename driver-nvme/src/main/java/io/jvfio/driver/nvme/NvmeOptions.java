// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import java.time.Duration;
import java.util.Objects;

/**
 * How a controller is driven.
 *
 * <p>Threads: immutable.
 *
 * @param commandTimeout how long an I/O command may take before it is aborted
 * @param readyTimeout how long a namespace that says that it is not ready is waited for, by each command from its first
 *     try on. The controller's own limit applies too: CAP.TO or CRTO, and 30 seconds where they say less
 * @param adminTimeout how long an admin command may take before the controller is reset; format has an hour
 * @param retries how often a command that may be repeated is tried again after an error, 0 or more
 * @param maxTransfer the largest transfer of one command in bytes, a multiple of 4096; the controller's own limit applies too
 * @param dataPointers how commands describe their data
 * @param shadowDoorbells whether doorbells are kept in memory where the controller offers that
 * @param vectors how many MSI-X vectors to enable at most: one for admin commands, and one for each queue that interrupts;
 *     0 for none
 */
public record NvmeOptions(
        Duration commandTimeout,
        Duration readyTimeout,
        Duration adminTimeout,
        int retries,
        int maxTransfer,
        DataPointers dataPointers,
        boolean shadowDoorbells,
        int vectors) {
    private static final int PAGE = 4096;
    private static final int LARGEST_TRANSFER = 64 << 20;

    /** Checks the numbers. */
    public NvmeOptions {
        Objects.requireNonNull(dataPointers, "dataPointers");
        if (commandTimeout.isNegative() || commandTimeout.isZero()) {
            throw new IllegalArgumentException("a command timeout of " + commandTimeout.toMillis() + " ms");
        }
        if (readyTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "a timeout of " + readyTimeout.toMillis() + " ms until a namespace is ready");
        }
        if (adminTimeout.isNegative() || adminTimeout.isZero()) {
            throw new IllegalArgumentException("an admin timeout of " + adminTimeout.toMillis() + " ms");
        }
        if (retries < 0 || vectors < 0) {
            throw new IllegalArgumentException(retries + " retries, " + vectors + " vectors");
        }
        if (maxTransfer < PAGE || maxTransfer > LARGEST_TRANSFER || maxTransfer % PAGE != 0) {
            throw new IllegalArgumentException(
                    "a transfer of " + Hex.of(maxTransfer) + " bytes is no multiple of 4096 up to 64 MiB");
        }
    }

    /**
     * 30 seconds for I/O commands and 60 for admin commands as Linux has them, two minutes until a namespace is ready, 3
     * retries, transfers of up to 1 MiB, PRPs
     * or SGLs as it fits, shadow doorbells, a vector for each processor and
     * four more.
     */
    public static NvmeOptions defaults() {
        return new NvmeOptions(
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                Duration.ofSeconds(60),
                3,
                1 << 20,
                DataPointers.AUTO,
                true,
                Runtime.getRuntime().availableProcessors() + 4);
    }

    /** The same with this long for an I/O command. */
    public NvmeOptions withCommandTimeout(Duration timeout) {
        return new NvmeOptions(
                timeout, readyTimeout, adminTimeout, retries, maxTransfer, dataPointers, shadowDoorbells, vectors);
    }

    /** The same with this long for a namespace to become ready; zero for not at all. */
    public NvmeOptions withReadyTimeout(Duration timeout) {
        return new NvmeOptions(
                commandTimeout, timeout, adminTimeout, retries, maxTransfer, dataPointers, shadowDoorbells, vectors);
    }

    /** The same with this long for an admin command. */
    public NvmeOptions withAdminTimeout(Duration timeout) {
        return new NvmeOptions(
                commandTimeout, readyTimeout, timeout, retries, maxTransfer, dataPointers, shadowDoorbells, vectors);
    }

    /** The same with so many retries. */
    public NvmeOptions withRetries(int count) {
        return new NvmeOptions(
                commandTimeout, readyTimeout, adminTimeout, count, maxTransfer, dataPointers, shadowDoorbells, vectors);
    }

    /** The same with transfers of up to so many bytes. */
    public NvmeOptions withMaxTransfer(int bytes) {
        return new NvmeOptions(
                commandTimeout, readyTimeout, adminTimeout, retries, bytes, dataPointers, shadowDoorbells, vectors);
    }

    /** The same with data described so. */
    public NvmeOptions withDataPointers(DataPointers choice) {
        return new NvmeOptions(
                commandTimeout, readyTimeout, adminTimeout, retries, maxTransfer, choice, shadowDoorbells, vectors);
    }

    /** The same with shadow doorbells where there are any, or without. */
    public NvmeOptions withShadowDoorbells(boolean wanted) {
        return new NvmeOptions(
                commandTimeout, readyTimeout, adminTimeout, retries, maxTransfer, dataPointers, wanted, vectors);
    }

    /** The same with so many vectors at most. */
    public NvmeOptions withVectors(int count) {
        return new NvmeOptions(
                commandTimeout, readyTimeout, adminTimeout, retries, maxTransfer, dataPointers, shadowDoorbells, count);
    }
}
