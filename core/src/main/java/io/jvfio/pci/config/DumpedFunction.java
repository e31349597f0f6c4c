// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.PciAddress;
import java.util.Objects;

/**
 * A function in a text dump.
 *
 * <p>Threads: immutable.
 *
 * @param address where it was
 * @param description what stands behind the address in its line; may be empty
 * @param config its bytes, as many as the dump has
 */
public record DumpedFunction(PciAddress address, String description, ConfigImage config) {

    /** Refuses null. */
    public DumpedFunction {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(config, "config");
    }
}
