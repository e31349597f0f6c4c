// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What decides whether a device can be opened.
 *
 * <p>Threads: immutable.
 */
interface BusDevice {
    /** Its name on its bus. */
    String name();

    /** A path of its directory in sysfs. */
    Path directory();

    /** The kernel driver that is bound to it, or null. */
    @Nullable String driver();

    /** The number of its IOMMU group, or -1. */
    int group();
}
