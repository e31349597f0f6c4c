// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.pci.config.PciRegisters;
import io.jvfio.pci.config.VitalProductData;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads vital product data through the two registers of its capability: write an address, wait for the flag, read four
 * bytes (PCIe 6.0, 7.9.18).
 *
 * <p>Threads: one at a time; each access to the registers holds the lock of config space, so two readers do not mix up
 * each other's addresses.
 */
final class VpdReader implements VitalProductData.Bytes {
    /** For one access; serial memories take some milliseconds. */
    private static final long ACCESS_NANOS = TimeUnit.MILLISECONDS.toNanos(125);

    private static final long TOTAL_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private final ConfigSpace config;
    private final int capability;
    private final long start = System.nanoTime();

    /** The address of the bytes in {@code data}, or -1. */
    private int address = -1;

    private int data;

    VpdReader(ConfigSpace config, int capability) {
        this.config = config;
        this.capability = capability;
    }

    @Override
    public int at(int offset) {
        int aligned = offset & -Integer.BYTES;
        if (aligned != address && !fetch(aligned)) {
            return -1;
        }
        return data >>> (offset - aligned) * Byte.SIZE & 0xff;
    }

    private boolean fetch(int aligned) {
        address = -1;
        config.lock().lock();
        try {
            config.write16(capability + PciRegisters.VPD_ADDRESS, aligned);
            long began = System.nanoTime();
            while ((config.read16(capability + PciRegisters.VPD_ADDRESS) & PciRegisters.VPD_DONE) == 0) {
                long now = System.nanoTime();
                if (now - began > ACCESS_NANOS || now - start > TOTAL_NANOS) {
                    return false;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            data = config.read32(capability + PciRegisters.VPD_DATA);
            address = aligned;
            return true;
        } finally {
            config.lock().unlock();
        }
    }
}
