// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import java.time.Duration;

/**
 * What the CAP register says, as far as it can be.
 *
 * <p>Threads: immutable.
 *
 * @param maxEntries entries of an I/O queue, 2 to 65536
 * @param timeout how long the controller may take to become ready, or to stop
 * @param stride the doorbells' CAP.DSTRD
 * @param pageSize the memory page that is used, in bytes
 * @param controllerMemory whether the controller memory buffer has to be switched on
 */
record ControllerCaps(int maxEntries, Duration timeout, int stride, int pageSize, boolean controllerMemory) {
    private static final int SMALLEST_PAGE = 4096;
    private static final int LARGEST_PAGE_SHIFT = 4;

    /** One unit more than the register says, as it may say 0. */
    private static final int EXTRA_UNITS = 1;

    static ControllerCaps of(long cap, String name) {
        int smallest = (int) ControllerRegisters.CAP_MPSMIN.of(cap);
        int largest = (int) ControllerRegisters.CAP_MPSMAX.of(cap);
        if (smallest > largest || smallest > LARGEST_PAGE_SHIFT) {
            throw new ControllerFailedException(
                    name, "CAP offers memory pages of 2^" + (12 + smallest) + " to 2^" + (12 + largest) + " bytes");
        }
        int entries = (int) ControllerRegisters.CAP_MQES.of(cap) + 1;
        if (entries < 2) {
            throw new ControllerFailedException(name, "CAP offers queues of " + entries + " entry; 2 are the least");
        }
        int commandSets = (int) ControllerRegisters.CAP_CSS.of(cap);
        if ((commandSets & ControllerRegisters.CSS_NVM) == 0) {
            throw new ControllerFailedException(
                    name, "it has no NVM command set (CAP.CSS is " + Hex.of(commandSets) + ")");
        }
        long units = ControllerRegisters.CAP_TO.of(cap) + EXTRA_UNITS;
        return new ControllerCaps(
                entries,
                Duration.ofMillis(units * ControllerRegisters.CAP_TO_UNIT_MILLIS),
                (int) ControllerRegisters.CAP_DSTRD.of(cap),
                SMALLEST_PAGE << smallest,
                ControllerRegisters.CAP_CMBS.isSet(cap));
    }
}
