// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

/**
 * A device that moves memory on command: what contract tests see the effect of a mapping with.
 *
 * <p>Threads: one at a time.
 */
public interface DmaEngine {

    /** How many address bits the device has. */
    int addressBits();

    /** How many bytes it copies at most in one go. */
    int largestCopy();

    /**
     * Makes the device read memory and write it elsewhere, and waits until it has done so. Where it must not read or
     * write, the device does what a real one does: it goes on with whatever it got, and drops what it may not write.
     *
     * @param from the device's address to read from
     * @param to the device's address to write to
     * @param length bytes, at most {@link #largestCopy}
     */
    void copy(long from, long to, int length);
}
