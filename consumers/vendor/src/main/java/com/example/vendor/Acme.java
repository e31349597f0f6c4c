// SPDX-License-Identifier: Apache-2.0
package com.example.vendor;

import io.jvfio.device.RegionType;

/**
 * What a driver can ask of Acme's functions, besides what every PCI function can do.
 *
 * <p>Threads: thread-safe.
 */
public interface Acme {
    /** The region of facts: a version, then how many resets there were, each in 32 bits. It cannot be written. */
    RegionType FACTS = new RegionType(0x8000_1234, 1);

    /** The region of scratch: 64 bits to read and write, which a reset clears. */
    RegionType SCRATCH = new RegionType(0x8000_1234, 2);

    /** How many resets there were since the device was opened. */
    int resets();
}
