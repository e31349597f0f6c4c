// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.FileFailure;
import io.jvfio.PciAddress;
import io.jvfio.binding.BindingProblem.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a driver last over a reboot: by driverctl's file where driverctl is installed, else by a unit of systemd of our
 * own that needs neither Java nor jvfio; never by both.
 *
 * <p>Threads: as its files and effects.
 */
final class Persistence {
    private static final List<String> DRIVERCTL =
            List.of("/usr/sbin/driverctl", "/sbin/driverctl", "/usr/bin/driverctl");
    private static final String DRIVERCTL_FILES = "/etc/driverctl.d/pci-";
    private static final String UNITS = "/etc/systemd/system/";

    private final HostFiles files;
    private final Effects effects;

    Persistence(HostFiles files, Effects effects) {
        this.files = files;
        this.effects = effects;
    }

    /** The file that would do it. */
    String file(PciAddress address) {
        return DRIVERCTL.stream().anyMatch(files::exists) ? DRIVERCTL_FILES + address : UNITS + unit(address);
    }

    private static String unit(PciAddress address) {
        return "jvfio-bind-" + address.toString().replace(':', '-') + ".service";
    }

    private static String wanted(PciAddress address) {
        return UNITS + "sysinit.target.wants/" + unit(address);
    }

    /** Lets a function have this driver from the next start on; the file that says so. */
    String keep(PciAddress address, String driver, String module) {
        String file = file(address);
        try {
            if (file.startsWith(UNITS)) {
                effects.store(file, unitText(address, driver, module));
                effects.link(wanted(address), "../" + unit(address));
            } else {
                effects.store(file, driver + "\n");
                if (files.exists(UNITS + unit(address))) {
                    forget(address, UNITS + unit(address));
                }
            }
            return file;
        } catch (IOException e) {
            throw BindingException.of(
                    Code.STEP_FAILED,
                    driver + " is bound until the next start only: "
                            + FileFailure.of("write", file, e).getMessage(),
                    "");
        }
    }

    /** No longer. */
    void forget(PciAddress address, String file) {
        try {
            for (String one : files(address, file)) {
                effects.remove(one);
            }
        } catch (IOException e) {
            throw BindingException.of(
                    Code.STEP_FAILED,
                    "the next start binds it again: "
                            + FileFailure.of("unlink", file, e).getMessage(),
                    "");
        }
    }

    /** All that has to go with a file: what enables a unit goes first, so that a half-done removal is not half enabled. */
    List<String> files(PciAddress address, String file) {
        return file.startsWith(UNITS) ? List.of(wanted(address), file) : List.of(file);
    }

    /**
     * The files that would give a function to VFIO at the next start, whoever has written them: our unit, and driverctl's
     * file unless that names a driver of the host.
     *
     * @param bound the VFIO driver that the function has now, or null
     */
    List<String> leftovers(PciAddress address, Catalogue catalogue, @Nullable String bound) {
        List<String> found = new ArrayList<>();
        if (files.exists(UNITS + unit(address)) || files.exists(wanted(address))) {
            found.add(UNITS + unit(address));
        }
        String file = DRIVERCTL_FILES + address;
        String named = files.text(file);
        if (named != null && (named.equals(bound) || catalogue.isVfioDriver(named))) {
            found.add(file);
        }
        return found;
    }

    private static String unitText(PciAddress address, String driver, String module) {
        String device = "/sys/bus/pci/devices/" + address;
        String unbind = device + "/driver/unbind";
        return """
                # Written by jvfio bind --persist; jvfio release removes it.
                [Unit]
                Description=Bind %1$s to %2$s
                DefaultDependencies=no
                After=systemd-modules-load.service
                Before=basic.target
                ConditionPathExists=%3$s

                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart=/bin/sh -c 'modprobe %4$s'
                ExecStart=/bin/sh -c 'echo %2$s > %3$s/driver_override'
                ExecStart=/bin/sh -c 'test ! -e %5$s || echo %1$s > %5$s'
                ExecStart=/bin/sh -c 'test -e %3$s/driver || echo %1$s > /sys/bus/pci/drivers/%2$s/bind'

                [Install]
                WantedBy=sysinit.target
                """.formatted(address, driver, device, module, unbind);
    }
}
