// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A process that has a device node open.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param process the process's number
 * @param command its short name ({@code /proc/PID/comm}), empty if it has ended meanwhile
 * @param node the node
 */
public record NodeHolder(long process, String command, Path node) {
    /** Refuses null. */
    public NodeHolder {
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(node, "node");
    }

    /** {@code qemu-system-x86 (process 4711)}. */
    @Override
    public String toString() {
        return (command.isEmpty() ? "a process" : command) + " (process " + process + ")";
    }
}
