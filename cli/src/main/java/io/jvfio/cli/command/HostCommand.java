// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostMdev;
import io.jvfio.host.VfioAccess;
import org.jspecify.annotations.Nullable;

/** A command that looks at the host and opens nothing. */
public abstract class HostCommand extends Subcommand {
    /**
     * A device as the host shows it.
     *
     * @param name its name on its bus
     * @param driver the bound driver, or null
     * @param group the number of its group, or -1
     * @param access how it could be opened
     */
    public record Seen(String name, @Nullable String driver, int group, VfioAccess access) {}

    public final Host host() {
        return environment().host();
    }

    /** The function of an address; fails if the host has none. */
    public final HostFunction function(PciAddress address) {
        return host().function(address)
                .orElseThrow(() -> new CommandFailure("no PCI function " + address + " on this host"));
    }

    /** The device of a locator; fails if the host has none. */
    public final Seen seen(DeviceLocator locator) {
        if (PciAddress.matches(locator.target())) {
            HostFunction function = function(PciAddress.parse(locator.target()));
            return new Seen(function.address().toString(), function.driver(), function.group(), function.access());
        }
        HostMdev mdev = Uuids.parse(locator.target())
                .flatMap(host()::mdev)
                .orElseThrow(() -> new CommandFailure("no device " + locator + " on this host"));
        return new Seen(mdev.uuid().toString(), mdev.driver(), mdev.group(), mdev.access());
    }
}
