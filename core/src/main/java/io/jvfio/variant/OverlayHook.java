// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

/**
 * Is told of writes to config space that an overlay covers, when they have been done. Hooks of one device are called one
 * at a time, by the thread that wrote, under no lock of config space; they start work and do not wait for it. What one
 * throws is thrown to who wrote, when all have been told.
 *
 * <p>Threads: one call at a time for a device.
 */
@FunctionalInterface
public interface OverlayHook {

    /**
     * Somebody has written.
     *
     * @param offset where the access started, in bytes from the start of config space
     * @param width of the access, 1, 2, 4 or 8 bytes
     * @param value what was written: of a change of single bits all of the register
     */
    void written(int offset, int width, long value);
}
