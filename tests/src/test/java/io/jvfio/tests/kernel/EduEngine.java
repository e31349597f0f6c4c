// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.testkit.TestRegister;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * QEMU's edu device as a DMA engine: a copy goes through the 4096 bytes that it has inside, in two transfers, each of
 * which takes a tenth of a second (QEMU, docs/specs/edu.rst).
 */
public final class EduEngine implements DmaEngine {

    public static final TestRegister ID = new TestRegister(0, 0, 4);
    public static final TestRegister LIVENESS = new TestRegister(0, 4, 4);

    private static final int BAR = 0;
    private static final long SOURCE = 0x80;
    private static final long DESTINATION = 0x88;
    private static final long COUNT = 0x90;
    private static final long COMMAND = 0x98;
    private static final long START = 1;
    private static final long FROM_DEVICE = 2;

    /** What a function answers until its reset when the system has isolated it for a transfer that found no memory. */
    private static final long ISOLATED = -1;

    private static final long INTERNAL = 0x40000;
    private static final int INTERNAL_SIZE = 4096;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final int CONFIG_SPACE = 7;
    private static final long PCI_COMMAND = 4;
    private static final long BUS_MASTER = 1 << 2;

    private final VfioDevice edu;

    private EduEngine(VfioDevice edu) {
        this.edu = edu;
    }

    /** The engine of an open edu device, which may master the bus from now on. */
    public static EduEngine of(VfioDevice edu) {
        master(edu);
        return new EduEngine(edu);
    }

    private static void master(VfioDevice edu) {
        long command = edu.readRegister(CONFIG_SPACE, PCI_COMMAND, 2);
        edu.writeRegister(CONFIG_SPACE, PCI_COMMAND, 2, command | BUS_MASTER);
    }

    @Override
    public int addressBits() {
        return 28;
    }

    @Override
    public int largestCopy() {
        return INTERNAL_SIZE;
    }

    @Override
    public void copy(long from, long to, int length) {
        read(from, length);
        write(to, length);
    }

    /** Memory to device. */
    void read(long from, int length) {
        transfer(from, INTERNAL, length, START);
    }

    /** Device to memory. */
    void write(long to, int length) {
        transfer(INTERNAL, to, length, START | FROM_DEVICE);
    }

    private void transfer(long source, long destination, int length, long command) {
        edu.writeRegister(BAR, SOURCE, 8, source);
        edu.writeRegister(BAR, DESTINATION, 8, destination);
        edu.writeRegister(BAR, COUNT, 8, length);
        edu.writeRegister(BAR, COMMAND, 8, command);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        long state = edu.readRegister(BAR, COMMAND, 8);
        while ((state & START) != 0 && state != ISOLATED) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("edu does not end its transfer");
            }
            LockSupport.parkNanos(1_000_000);
            state = edu.readRegister(BAR, COMMAND, 8);
        }
        if (state == ISOLATED) {
            edu.reset();
            master(edu);
        }
    }
}
