// SPDX-License-Identifier: Apache-2.0
package io.jvfio.examples;

import io.jvfio.Closing;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A driver for QEMU's educational device: registers, DMA and interrupts as any driver uses them.
 *
 * <p>It stands on {@link PciDevice} alone, so it drives whatever is behind that. It borrows the device: whoever opened
 * that closes it, after the driver.
 *
 * <p>Threads: one thread at a time.
 */
public final class EduDriver implements AutoCloseable {
    private static final int ETIMEDOUT = 110;

    /** QEMU lets a transfer take a tenth of a second; an emulated machine may be slow. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final PciDevice device;
    private final Mmio regs;
    private final Interrupts interrupts;
    private final DmaBuffer buffer;

    private EduDriver(PciDevice device, Mmio regs, Interrupts interrupts, DmaBuffer buffer) {
        this.device = device;
        this.regs = regs;
        this.interrupts = interrupts;
        this.buffer = buffer;
    }

    /**
     * Takes a device into operation, with MSI where it has it.
     *
     * @param device an edu device, borrowed
     * @throws IllegalArgumentException if it is another kind of device
     * @throws VfioException if there is no memory or no interrupt for it; nothing is left behind
     */
    public static EduDriver open(PciDevice device) {
        return open(
                device, device.interrupts().available(InterruptType.MSI) > 0 ? InterruptType.MSI : InterruptType.INTX);
    }

    /**
     * Takes a device into operation.
     *
     * @param device an edu device, borrowed
     * @param type how it shall interrupt
     * @throws IllegalArgumentException if it is another kind of device, or has no such interrupt
     * @throws VfioException if there is no memory or no interrupt for it; nothing is left behind
     */
    public static EduDriver open(PciDevice device, InterruptType type) {
        requireEdu(device);
        device.dma().addressBits(Edu.ADDRESS_BITS);
        device.enableBusMaster();
        Interrupts interrupts = device.interrupts().enable(type, 1);
        try {
            DmaBuffer buffer = device.dma().allocate(Edu.INTERNAL_BUFFER_SIZE);
            return new EduDriver(device, device.bar(0).mmio(), interrupts, buffer);
        } catch (RuntimeException e) {
            throw Closing.after(e, interrupts);
        }
    }

    /**
     * Checks what kind of device it is.
     *
     * @throws IllegalArgumentException if it is no edu
     */
    public static void requireEdu(PciDevice device) {
        int vendor = device.config().vendorId();
        int id = device.config().deviceId();
        if (vendor != Edu.VENDOR_ID || id != Edu.DEVICE_ID) {
            throw new IllegalArgumentException(String.format(
                    "%s is %04x:%04x, not QEMU's educational device (%04x:%04x)",
                    device.name(), vendor, id, Edu.VENDOR_ID, Edu.DEVICE_ID));
        }
    }

    /** What the device says of itself, see {@link Edu#IDENTIFICATION}. */
    public int identification() {
        return device.guard(() -> regs.read(Edu.IDENTIFICATION));
    }

    /** Whether the device inverts a number as it should. */
    public boolean isAlive(int number) {
        return device.guard(() -> {
            regs.write(Edu.LIVENESS, number);
            return regs.read(Edu.LIVENESS) == ~number;
        });
    }

    /**
     * Lets the device compute a factorial, and polls until it has.
     *
     * @param number any number; 12 is the last whose factorial has no more than 32 bits
     * @return the factorial, of which the low 32 bits are kept
     */
    public int factorial(int number) {
        return device.guard(() -> {
            regs.write(Edu.FACTORIAL, number);
            if (!regs.awaitField(Edu.STATUS, Edu.COMPUTING, 0, PATIENCE)) {
                throw timeout("factorial of " + number);
            }
            return regs.read(Edu.FACTORIAL);
        });
    }

    /**
     * Lets the device fetch bytes from memory into its own buffer, and waits for its interrupt.
     *
     * @param source up to 4096 bytes
     * @throws InterruptedException if the thread is interrupted in the wait
     */
    public void store(MemorySegment source) throws InterruptedException {
        buffer.memory().copyFrom(source);
        transfer(buffer.iova(), Edu.INTERNAL_BUFFER, source.byteSize(), 0);
    }

    /**
     * Lets the device write bytes of its own buffer to memory, and waits for its interrupt.
     *
     * @param target up to 4096 bytes
     * @throws InterruptedException if the thread is interrupted in the wait
     */
    public void load(MemorySegment target) throws InterruptedException {
        buffer.memory().fill((byte) 0);
        transfer(Edu.INTERNAL_BUFFER, buffer.iova(), target.byteSize(), Edu.TO_MEMORY);
        target.copyFrom(buffer.memory().asSlice(0, target.byteSize()));
    }

    /**
     * Lets the device interrupt.
     *
     * @param cause a value for {@link Edu#IRQ_RAISE}, not 0
     * @return the time from the register write to the end of the wait
     * @throws InterruptedException if the thread is interrupted in the wait
     */
    public Duration raiseInterrupt(int cause) throws InterruptedException {
        long start = System.nanoTime();
        device.guard(() -> regs.write(Edu.IRQ_RAISE, cause));
        awaitInterrupt(cause);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** How it interrupts. */
    public InterruptType interruptType() {
        return interrupts.type();
    }

    /** Where the device finds the memory that it moves bytes from and to. */
    public long iova() {
        return buffer.iova();
    }

    /** Stops the device, then ends interrupts and DMA memory. The device stays open. Whether it is still there does not matter. */
    @Override
    public void close() {
        Closing closing = new Closing();
        closing.attempt(this::stop);
        closing.attempt(interrupts::close);
        closing.attempt(buffer::close);
        closing.throwFirst();
    }

    /** A device that is gone has nobody to be stopped, and one that was closed has been. */
    private void stop() {
        try {
            device.disableBusMaster();
        } catch (DeviceGoneException e) {
            // Interrupts and memory are given back all the same.
        } catch (IllegalStateException e) {
            if (device.state() != DeviceState.CLOSED) {
                throw e;
            }
        }
    }

    private void transfer(long source, long destination, long count, long direction) throws InterruptedException {
        device.guard(() -> {
            regs.write(Edu.DMA_SOURCE, source);
            regs.write(Edu.DMA_DESTINATION, destination);
            regs.write(Edu.DMA_COUNT, count);
            regs.write(Edu.DMA_COMMAND, Edu.START | Edu.RAISE_IRQ | direction);
        });
        awaitInterrupt(Edu.IRQ_DMA_DONE);
    }

    /** Waits for the device to interrupt with this cause, and acknowledges what it interrupted with. */
    private void awaitInterrupt(int cause) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int causes = 0;
        while ((causes & cause) != cause) {
            if (interrupts.await(0, Duration.ofNanos(end - System.nanoTime())) == 0) {
                throw timeout(interrupts.type() + " with cause " + Hex.of(cause));
            }
            causes |= device.guard(() -> {
                int now = regs.read(Edu.IRQ_STATUS);
                regs.write(Edu.IRQ_ACKNOWLEDGE, now);
                return now;
            });
            if (interrupts.type() == InterruptType.INTX) {
                interrupts.unmask();
            }
        }
    }

    private VfioException timeout(String what) {
        return new VfioException(
                "wait for edu", ETIMEDOUT, device.name() + ", " + what, "the device did not answer within " + PATIENCE);
    }
}
