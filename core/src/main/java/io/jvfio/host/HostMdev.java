// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.DeviceLocator;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A mediated device of this host ({@code Documentation/driver-api/vfio-mediated-device.rst}).
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param uuid its name
 * @param parent the device whose driver made it, as sysfs names it: a PCI address, or {@code mtty} for example; empty if
 *     it could not be read
 * @param type the type that it was made from, {@code mtty-1} for example; empty if it could not be read
 * @param driver the kernel driver that is bound to it, or null
 * @param group the number of its group, or -1 if it is in none
 * @param access how it could be opened
 */
public record HostMdev(
        UUID uuid, String parent, String type, @Nullable String driver, int group, VfioAccess access) {
    /** Refuses null. */
    public HostMdev {
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(parent, "parent");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(access, "access");
    }

    /** What opens it. */
    public DeviceLocator locator() {
        return new DeviceLocator("mdev", uuid.toString());
    }
}
