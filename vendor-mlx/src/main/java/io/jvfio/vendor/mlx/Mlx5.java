// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import java.util.Optional;

/**
 * What an mlx5 function can do with this vendor's variant on it: had by {@code PciDevice.as(Mlx5.class)}.
 *
 * <p>Threads: thread-safe.
 */
public interface Mlx5 {

    /** How the function is; some ten register reads. */
    MlxHealth health();

    /**
     * Brings the function up; see {@link Hca#bringUp}. It is taken down when the device comes to rest, is reset or
     * closed.
     *
     * @return the function, which the caller may close earlier
     * @throws MlxException as {@link Hca#bringUp}; EBUSY also if it is up already
     */
    Hca bringUp(BringUpOptions options);

    /** The function if it is up. */
    Optional<Hca> hca();
}
