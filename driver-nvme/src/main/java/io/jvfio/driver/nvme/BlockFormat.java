// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

/**
 * A format that a namespace can have.
 *
 * <p>Threads: immutable.
 *
 * @param index its number
 * @param blockSize the data of a block in bytes, a power of two
 * @param metadataSize the metadata of a block in bytes
 * @param performance 0 is best, 3 is worst
 */
public record BlockFormat(int index, int blockSize, int metadataSize, int performance) {}
