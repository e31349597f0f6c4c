// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Fd;
import io.jvfio.device.RegionFile;
import io.jvfio.device.VfioDevice;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.Layouts;

/**
 * What a client keeps of a page of doorbells, into which it writes for as long as it lives, whoever has the device.
 *
 * <p>Threads: one; the writing has a thread of its own.
 */
final class Ringer implements AutoCloseable {
    private static final int PAGE = 4096;

    private final Fd fd;
    private final Mapping page;
    private final Thread thread = Thread.ofPlatform().name("ringer").unstarted(this::ring);
    private volatile boolean ended;

    Ringer(VfioDevice device) {
        RegionFile file = device.file(0).orElseThrow();
        fd = file.fd().duplicate();
        int protection = Abi.PROT_READ | Abi.PROT_WRITE;
        page = Mapping.ofFile(SystemCalls.linux(), fd, file.offset() + ControllerRegisters.DOORBELLS, PAGE, protection);
        thread.start();
    }

    private void ring() {
        for (int value = 1; !ended; value++) {
            for (int at = 0; at < PAGE; at += Integer.BYTES) {
                page.memory().set(Layouts.LE_INT, at, value & 0xf | 1);
            }
        }
    }

    void assertRinging() {
        assertThat(thread.isAlive()).isTrue();
    }

    @Override
    public void close() {
        ended = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // it ends at once
            }
        }
        page.close();
        fd.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
