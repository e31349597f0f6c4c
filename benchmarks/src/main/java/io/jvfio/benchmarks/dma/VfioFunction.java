// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.dma;

import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The function that is measured on: the first of this host that this process may open, by its group and by its own node.
 *
 * <p>Threads: immutable.
 *
 * @param address of the function
 * @param group the node of its group
 * @param cdev its own node
 */
public record VfioFunction(String address, Path group, Path cdev) {
    /** The function, if there is one. */
    public static Optional<VfioFunction> first() {
        return Host.system().functions().stream()
                .filter(function -> function.access().openable()
                        && function.access().groupNode() != null
                        && function.access().cdev() != null)
                .map(VfioFunction::of)
                .findFirst();
    }

    private static VfioFunction of(HostFunction function) {
        return new VfioFunction(
                function.address().toString(),
                Objects.requireNonNull(function.access().groupNode()),
                Objects.requireNonNull(function.access().cdev()));
    }
}
