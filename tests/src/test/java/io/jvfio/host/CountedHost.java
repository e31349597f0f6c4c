// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;
import java.util.List;

/** A host below a folder that notes each file and folder of it that is opened. Threads: stateless. */
public final class CountedHost {
    private CountedHost() {}

    /**
     * A host.
     *
     * @param root has {@code sys} and {@code dev}
     * @param opened is told what is opened
     */
    public static Host of(Path root, List<Path> opened) {
        HostRoots roots = HostRoots.below(root);
        Sysfs sysfs = new Sysfs(roots.sys()) {
            @Override
            void opening(Path file) {
                opened.add(file);
            }
        };
        return new Host(sysfs, roots);
    }
}
