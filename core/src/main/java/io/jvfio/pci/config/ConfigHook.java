// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

/**
 * What happens beyond the rules when four aligned bytes of config space are accessed. An access of another width or
 * alignment arrives as one call for each four bytes that it touches.
 *
 * <p>Threads: {@link #written} is called under the lock of its {@link VirtualConfig}, so one call at a time, and must not
 * block; {@link #read} is called without it, by any number of threads. Neither allocates.
 */
public interface ConfigHook {

    /**
     * Somebody reads.
     *
     * @param offset bytes from the start of config space, a multiple of 4
     * @param value what the rules say
     * @return what is read
     */
    default int read(int offset, int value) {
        return value;
    }

    /**
     * Somebody has written. Registers of the same space may be changed by {@link VirtualConfig#update}, these four bytes
     * by the result.
     *
     * @param offset bytes from the start of config space, a multiple of 4
     * @param before the value before the write
     * @param after the value after it, as the rules say
     * @param started the bits that start something ({@link FieldAccess#RW1S}) and were written as 1; they are 0 in
     *     {@code after}
     * @return the value to keep, usually {@code after}
     */
    default int written(int offset, int before, int after, int started) {
        return after;
    }
}
