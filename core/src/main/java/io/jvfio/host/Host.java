// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.PciAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The devices of a host, read from sysfs. Every call reads anew. Devices come and go meanwhile: one that vanishes while
 * it is read is left out, and what is unreadable or no sense in it is shown as unknown.
 *
 * <p>Reading never touches a device: its config space is not read, so nothing wakes from runtime suspension.
 *
 * <p>Threads: immutable.
 */
public final class Host {
    private final Sysfs sysfs;
    private final Path devices;

    Host(Sysfs sysfs, Path devices) {
        this.sysfs = sysfs;
        this.devices = devices;
    }

    /** The host that this process runs on. */
    public static Host system() {
        return of(Path.of("/sys"), Path.of("/dev"));
    }

    /**
     * A host whose files are elsewhere: in a container's mount, or made by a test.
     *
     * @param sysfsRoot in place of {@code /sys}
     * @param devRoot in place of {@code /dev}
     */
    public static Host of(Path sysfsRoot, Path devRoot) {
        return new Host(new Sysfs(sysfsRoot), devRoot);
    }

    /** The PCI functions, by address. Blocks; opens at most three files for each function. */
    public List<HostFunction> functions() {
        return scan().functions();
    }

    /** A PCI function, or empty if there is none at this address. Blocks. */
    public Optional<HostFunction> function(PciAddress address) {
        return scan().function(address);
    }

    /** The mediated devices, by UUID. Blocks. */
    public List<HostMdev> mdevs() {
        return scan().mdevs();
    }

    /** A mediated device, or empty if there is none of this name. Blocks. */
    public Optional<HostMdev> mdev(UUID uuid) {
        return scan().mdev(uuid);
    }

    private HostScan scan() {
        return new HostScan(sysfs, VfioClasses.read(sysfs, devices));
    }
}
