// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;

/**
 * Where a host's files are.
 *
 * <p>Threads: immutable.
 *
 * @param sys in place of {@code /sys}
 * @param dev in place of {@code /dev}
 * @param proc in place of {@code /proc}
 * @param modules in place of {@code /lib/modules}
 * @param etc in place of {@code /etc}
 */
record HostRoots(Path sys, Path dev, Path proc, Path modules, Path etc) {

    /** A host below a folder. */
    static HostRoots below(Path root) {
        return new HostRoots(
                root.resolve("sys"),
                root.resolve("dev"),
                root.resolve("proc"),
                root.resolve("lib/modules"),
                root.resolve("etc"));
    }

    /** This host, with two folders elsewhere. */
    static HostRoots with(Path sys, Path dev) {
        return new HostRoots(sys, dev, Path.of("/proc"), Path.of("/lib/modules"), Path.of("/etc"));
    }
}
