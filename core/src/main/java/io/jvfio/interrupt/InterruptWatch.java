// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

/**
 * A callback that {@link InterruptControl#watch} has installed.
 *
 * <p>Threads: thread-safe.
 */
public sealed interface InterruptWatch extends AutoCloseable permits IndexWatch {

    /** The interrupt index that is watched. */
    int index();

    /**
     * Takes the callback away. When it returns, the callback is not under way, unless it is the caller or takes longer
     * than a second. Idempotent.
     *
     * @throws io.jvfio.VfioException if the device refuses; the callback is away even so. That it is gone is no failure
     *     here
     */
    @Override
    void close();
}
