// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What the kernel has made of a function: devices of its classes, found from the classes' side, so that it does not matter
 * how deep below the function they are.
 *
 * <p>Threads: immutable.
 */
final class ClassDevices {
    private final HostFiles files;
    private final PciAddress function;

    ClassDevices(HostFiles files, PciAddress function) {
        this.files = files;
        this.function = function;
    }

    /** The devices of a class below the function, by name. */
    List<String> of(String deviceClass) {
        String directory = "/sys/class/" + deviceClass;
        List<String> found = new ArrayList<>();
        for (String name : files.names(directory)) {
            if (isBelow(directory + "/" + name)) {
                found.add(name);
            }
        }
        return found;
    }

    /** The nodes of all character and block devices below the function. */
    List<String> nodes() {
        List<String> nodes = new ArrayList<>();
        for (String directory : List.of("/sys/dev/char", "/sys/dev/block")) {
            for (String number : files.names(directory)) {
                String entry = directory + "/" + number;
                if (isBelow(entry)) {
                    files.textOrEmpty(entry + "/uevent")
                            .lines()
                            .filter(line -> line.startsWith("DEVNAME="))
                            .forEach(line -> nodes.add("/dev/" + line.substring("DEVNAME=".length())));
                }
            }
        }
        return List.copyOf(new TreeSet<>(nodes));
    }

    /** Whether a link, whose target is {@code ../../devices/pci0000:00/0000:00:06.0/...}, leads below the function. */
    private boolean isBelow(String link) {
        String target = files.link(link);
        return target != null && target.contains("/" + function + "/");
    }
}
