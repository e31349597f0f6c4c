// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.examples.Edu;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.TestDriver;
import java.time.Duration;

/** Edu as the driver contract wants it: a copy is two transfers, into the device's own buffer and out of it. */
final class EduTestDriver implements TestDriver {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final PciDevice device;
    private final Mmio registers;
    private final Interrupts interrupts;
    private long target;
    private int size;
    private int left;

    private EduTestDriver(PciDevice device) {
        this.device = device;
        this.registers = device.bar(0).mmio();
        device.dma().addressBits(Edu.ADDRESS_BITS);
        device.enableBusMaster();
        this.interrupts = device.interrupts().enable(InterruptType.MSI, 1);
    }

    static boolean probe(PciDevice device) {
        return device.config().vendorId() == Edu.VENDOR_ID && device.config().deviceId() == Edu.DEVICE_ID;
    }

    static EduTestDriver open(PciDevice device) {
        return new EduTestDriver(device);
    }

    @Override
    public int smallestCopy() {
        return 1;
    }

    @Override
    public int largestCopy() {
        return Edu.INTERNAL_BUFFER_SIZE;
    }

    @Override
    public int largestBatch() {
        return 2;
    }

    @Override
    public void startCopies(long source, long destination, int bytes, int count) {
        target = destination;
        size = bytes;
        left = count;
        start(source, Edu.INTERNAL_BUFFER, 0);
    }

    @Override
    public boolean awaitCopies(Duration timeout) {
        if (!ends(timeout)) {
            return false;
        }
        for (; left > 0; left--) {
            start(Edu.INTERNAL_BUFFER, target, Edu.TO_MEMORY);
            if (!ends(timeout)) {
                return false;
            }
        }
        return true;
    }

    private void start(long from, long to, long direction) {
        device.guard(() -> {
            registers.write(Edu.DMA_SOURCE, from);
            registers.write(Edu.DMA_DESTINATION, to);
            registers.write(Edu.DMA_COUNT, size);
            registers.write(Edu.DMA_COMMAND, Edu.START | direction);
        });
    }

    private boolean ends(Duration timeout) {
        return device.guard(() -> registers.awaitField(Edu.DMA_COMMAND, Edu.RUNNING, 0, timeout));
    }

    @Override
    public void sendMessage() {
        device.guard(() -> {
            registers.write(Edu.IRQ_RAISE, 1);
            registers.write(Edu.IRQ_ACKNOWLEDGE, 1);
        });
    }

    @Override
    public int messageVector() {
        return 0;
    }

    @Override
    public Interrupts interrupts() {
        return interrupts;
    }

    @Override
    public void recover() {
        // A transfer always ends, whatever it has met; while it runs, the device takes no other.
        left = 0;
        if (!ends(PATIENCE)) {
            throw new IllegalStateException("edu does not end its transfer");
        }
    }

    @Override
    public void close() {
        try (interrupts) {
            if (device.state() != DeviceState.CLOSED) {
                device.disableBusMaster();
            }
        }
    }
}
