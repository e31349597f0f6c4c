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
 * @param timeout how long the controller may take to stop, and to become ready unless it says more
 * @param readyTimeout how long the controller, and its namespaces, may take to become ready
 * @param stride the doorbells' CAP.DSTRD
 * @param pageSize the memory page that is used, in bytes
 * @param controllerMemory whether the controller memory buffer has to be switched on
 */
record ControllerCaps(
        int maxEntries, Duration timeout, Duration readyTimeout, int stride, int pageSize, boolean controllerMemory) {
    private static final int SMALLEST_PAGE = 4096;
    private static final int LARGEST_PAGE_SHIFT = 4;

    /** One unit more than the register says, as it may say 0. */
    private static final int EXTRA_UNITS = 1;

    /** The smallest queue; some controllers claim less, and take it. */
    private static final int LEAST_ENTRIES = 2;

    /** How long it may take to start: as long as it says, but no longer than the user waits for anything, if CAP.TO allows. */
    Duration startLimit(Duration wanted) {
        Duration said = readyTimeout.compareTo(wanted) < 0 ? readyTimeout : wanted;
        return Retries.longer(said, timeout);
    }

    /**
     * Reads the registers.
     *
     * @param crto CRTO, or 0 where there is none
     */
    static ControllerCaps of(long cap, int crto, String name) {
        int smallest = (int) ControllerRegisters.CAP_MPSMIN.of(cap);
        int largest = (int) ControllerRegisters.CAP_MPSMAX.of(cap);
        if (smallest > largest || smallest > LARGEST_PAGE_SHIFT) {
            throw new ControllerFailedException(
                    name, "CAP offers memory pages of 2^" + (12 + smallest) + " to 2^" + (12 + largest) + " bytes");
        }
        int commandSets = (int) ControllerRegisters.CAP_CSS.of(cap);
        // Who names none at all has it: there were controllers before there was another one.
        if (commandSets != 0 && (commandSets & ControllerRegisters.CSS_NVM) == 0) {
            throw new ControllerFailedException(
                    name, "it has no NVM command set (CAP.CSS is " + Hex.of(commandSets) + ")");
        }
        long units = ControllerRegisters.CAP_TO.of(cap) + EXTRA_UNITS;
        long readyUnits = Math.max(units, ControllerRegisters.CRTO_CRWMT.of(crto));
        return new ControllerCaps(
                Math.max(LEAST_ENTRIES, (int) ControllerRegisters.CAP_MQES.of(cap) + 1),
                Duration.ofMillis(units * ControllerRegisters.CAP_TO_UNIT_MILLIS),
                Duration.ofMillis(readyUnits * ControllerRegisters.CAP_TO_UNIT_MILLIS),
                (int) ControllerRegisters.CAP_DSTRD.of(cap),
                SMALLEST_PAGE << smallest,
                ControllerRegisters.CAP_CMBS.isSet(cap));
    }
}
