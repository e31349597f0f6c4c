// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaPool;
import io.jvfio.mmio.Layouts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Drives an Intel 82576 as a copy engine: its PHY loops back, so that each frame which it reads from one place in memory
 * it writes to another. It stands on {@link PciDevice} alone, and borrows it.
 *
 * <p>What is copied is a frame to the device, from the destination's address on: it must have at least {@value
 * #SMALLEST_COPY} and at most {@value #LARGEST_COPY} bytes, and bytes 12 and 13 must not name a protocol whose headers the
 * device would check.
 *
 * <p>Threads: one at a time; the interrupts are thread-safe.
 */
final class IgbDriver implements AutoCloseable {
    static final int SMALLEST_COPY = 60;
    static final int LARGEST_COPY = 1514;

    /** How many copies can be under way: one less than the largest ring has descriptors. */
    static final int LARGEST_BATCH = 4095;

    static final int RECEIVE_VECTOR = 0;
    static final int TRANSMIT_VECTOR = 1;
    static final int SOFTWARE_VECTOR = 2;

    /** How many vectors are enabled at the start. */
    static final int VECTORS = 3;

    /** Masks and causes in the registers have a bit for each vector. */
    private static final int QUEUE_VECTORS = 1 << RECEIVE_VECTOR | 1 << TRANSMIT_VECTOR;

    private static final int ALL_VECTORS = (1 << 25) - 1;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** 4.2.1.6.1 of the datasheet: no access for so long after a reset by CTRL. */
    private static final long RESET_PAUSE_NANOS = 1_000_000;

    private static final VarHandle INT = Layouts.LE_INT.varHandle().withInvokeExactBehavior();
    private static final VarHandle LONG = Layouts.LE_LONG.varHandle().withInvokeExactBehavior();

    /** Descriptors (7.1.5 and 7.2.2 of the datasheet): the address at 0, and what the device writes back. */
    private static final int RECEIVE_STATUS = 8;

    private static final int RECEIVE_LENGTH = 12;
    private static final int TRANSMIT_COMMAND = 8;
    private static final int TRANSMIT_STATUS = 12;

    private static final int DONE = 1;
    private static final int RECEIVE_END_OF_FRAME = 1 << 1;
    private static final int RECEIVE_ERRORS = 0xff << 24;

    /** An advanced data descriptor; the device adds the frame's checksum and reports when it is done. */
    private static final int TRANSMIT_PART = 1 << 29 | 1 << 27 | 1 << 25 | 3 << 20;

    private static final int TRANSMIT_END_OF_FRAME = 1 << 24;

    private static final int PAYLOAD_LENGTH_SHIFT = 14;

    /** A descriptor's buffer ends with its page: QEMU's device does not follow it to one that lies elsewhere in memory. */
    private static final int PAGE = 4096;

    private final PciDevice device;
    private final Mmio registers;
    private Interrupts interrupts;
    private final DmaPool pool;
    private final Ring receive;
    private final Ring transmit;

    /** The size of the frame that is expected in each slot of the receive ring: the device overwrites what it was told. */
    private final int[] sizes = new int[LARGEST_BATCH + 1];

    private IgbDriver(PciDevice device, Interrupts interrupts, DmaPool pool) {
        this.device = device;
        this.registers = device.bar(0).mmio();
        this.interrupts = interrupts;
        this.pool = pool;
        this.receive = new Ring(registers.slice(Igb.RECEIVE_QUEUE, Igb.QUEUE_SIZE), pool, LARGEST_BATCH + 1);
        this.transmit = new Ring(registers.slice(Igb.TRANSMIT_QUEUE, Igb.QUEUE_SIZE), pool, LARGEST_BATCH + 1);
    }

    /** Takes a device into operation; its interrupts are awaited and polled. Half a second, until the link is up. */
    static IgbDriver open(PciDevice device) {
        if (device.config().vendorId() != Igb.VENDOR_ID || device.config().deviceId() != Igb.DEVICE_ID) {
            throw new IllegalArgumentException(device + " is no Intel 82576");
        }
        Interrupts interrupts = device.interrupts().enable(InterruptType.MSIX, VECTORS);
        try {
            DmaPool pool = device.dma().pool(1);
            try {
                IgbDriver driver = new IgbDriver(device, interrupts, pool);
                driver.start();
                return driver;
            } catch (RuntimeException e) {
                try (pool) {
                    throw e;
                }
            }
        } catch (RuntimeException e) {
            try (interrupts) {
                throw e;
            }
        }
    }

    /** The registers in BAR 0. */
    Mmio registers() {
        return registers;
    }

    /** The vectors; others can be added and raised. */
    Interrupts interrupts() {
        return interrupts;
    }

    /** Has the interrupts consumed in another way from now on; the device does not notice. */
    void exchangeInterrupts(InterruptOptions options) {
        interrupts.close();
        interrupts = device.interrupts().enable(InterruptType.MSIX, VECTORS, options);
    }

    /** The card's own address, in the order of its bytes on the wire from bit 0 on. */
    long address() {
        return device.guard(() -> Integer.toUnsignedLong(registers.read(Igb.RAL0))
                | (long) (registers.read(Igb.RAH0) & 0xffff) << Integer.SIZE);
    }

    /** Copies a number of bytes, without interrupts, and says whether the copy came in time. */
    boolean copy(long source, long target, int size, Duration timeout) {
        startCopies(source, target, size, 1);
        return awaitCopies(timeout);
    }

    /** Starts the same copy so many times. */
    void startCopies(long source, long target, int size, int count) {
        for (int i = 0; i < count; i++) {
            post(source, target, size);
        }
        ring();
    }

    /** Fills the slots for one copy, one of the transmit ring for each page of the source; {@link #ring} starts it. */
    void post(long source, long target, int size) {
        if (size < SMALLEST_COPY || size > LARGEST_COPY) {
            throw new IllegalArgumentException("a copy of " + size + " bytes");
        }
        if (transmit.slots().free() < (source + size - 1) / PAGE - source / PAGE + 1) {
            throw new IllegalStateException("no room for a frame of " + size + " bytes in the transmit ring");
        }
        long slot = receive.slots().next();
        LONG.set(receive.memory(), slot, target);
        LONG.set(receive.memory(), slot + RECEIVE_STATUS, 0L);
        sizes[Math.toIntExact(slot / Ring.DESCRIPTOR_SIZE)] = size;
        receive.slots().post();
        for (int sent = 0; sent < size; ) {
            int part = Math.min(size - sent, (int) (PAGE - (source + sent) % PAGE));
            boolean last = sent + part == size;
            postPart(source + sent, TRANSMIT_PART | (last ? TRANSMIT_END_OF_FRAME : 0) | part, size);
            sent += part;
        }
    }

    private void postPart(long address, int command, int frameSize) {
        long slot = transmit.slots().next();
        LONG.set(transmit.memory(), slot, address);
        INT.set(transmit.memory(), slot + TRANSMIT_COMMAND, command);
        INT.set(transmit.memory(), slot + TRANSMIT_STATUS, frameSize << PAYLOAD_LENGTH_SHIFT);
        transmit.slots().post();
    }

    /** Hands the device what was posted. */
    void ring() {
        device.guard(() -> {
            receive.ring();
            transmit.ring();
        });
    }

    /** Polls the rings until each copy that was started has come; says whether they have in time. */
    boolean awaitCopies(Duration timeout) {
        long start = System.nanoTime();
        while (!takeCompleted()) {
            if (System.nanoTime() - start > timeout.toNanos()) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    /** Takes what the device has given back, and says whether it has nothing more. Reads memory alone. */
    boolean takeCompleted() {
        while (receive.slots().busy() > 0) {
            long slot = receive.slots().oldest();
            int status = (int) INT.getAcquire(receive.memory(), slot + RECEIVE_STATUS);
            if ((status & DONE) == 0) {
                return false;
            }
            checkReceived(slot, status);
            receive.slots().release();
        }
        while (transmit.slots().busy() > 0) {
            long slot = transmit.slots().oldest();
            if (((int) INT.getAcquire(transmit.memory(), slot + TRANSMIT_STATUS) & DONE) == 0) {
                return false;
            }
            transmit.slots().release();
        }
        return true;
    }

    /** Lets frames interrupt, on {@link #RECEIVE_VECTOR} and {@link #TRANSMIT_VECTOR}. */
    void enableQueueInterrupts() {
        device.guard(() -> {
            registers.write(Igb.EICR, QUEUE_VECTORS);
            registers.write(Igb.EIMS, QUEUE_VECTORS);
        });
    }

    /** Keeps frames from interrupting, as at the start. */
    void disableQueueInterrupts() {
        device.guard(() -> registers.write(Igb.EIMC, QUEUE_VECTORS));
    }

    /** Lets a vector through that the device has been told of. */
    void unmask(int vector) {
        device.guard(() -> registers.write(Igb.EIMS, 1 << vector));
    }

    /** Holds a vector back in the device, which remembers its cause. */
    void mask(int vector) {
        device.guard(() -> registers.write(Igb.EIMC, 1 << vector));
    }

    /** Makes the device interrupt. */
    void raise(int vector) {
        device.guard(() -> registers.write(Igb.EICS, 1 << vector));
    }

    /** Takes all copies back that the device has not done, by switching its queues off and on. */
    void restartQueues() {
        device.guard(() -> {
            receive.start();
            transmit.start();
            receive.awaitRunning();
            transmit.awaitRunning();
        });
    }

    /**
     * Takes the function into operation, as after a reset: interrupts and memory are there, the function's own registers
     * are not set. Half a second, until the link is up.
     */
    void start() {
        device.enableBusMaster();
        device.guard(() -> {
            resetMac();
            bringLinkUp();
            startQueues();
            routeInterrupts();
        });
    }

    /** Stops the device and ends interrupts and DMA memory. The device stays open. */
    @Override
    public void close() {
        // A device that was closed has ended them itself.
        if (device.state() != DeviceState.CLOSED) {
            Interrupts enabled = interrupts;
            try (pool;
                    enabled) {
                device.guard(this::resetMac);
                device.disableBusMaster();
            }
        }
    }

    /** 4.2.1.6.1 of the datasheet: no DMA is under way when the reset comes. */
    private void resetMac() {
        registers.write(Igb.IMC, -1);
        registers.write(Igb.EIMC, -1);
        registers.write(Igb.RCTL, 0);
        registers.write(Igb.TCTL, 0);
        registers.modify(Igb.CTRL, Igb.CTRL_GIO_MASTER_DISABLE, 1);
        require(registers.awaitField(Igb.STATUS, Igb.STATUS_GIO_MASTER_ENABLE, 0, PATIENCE), "DMA does not end");
        registers.modify(Igb.CTRL, Igb.CTRL_RST, 1);
        LockSupport.parkNanos(RESET_PAUSE_NANOS);
        require(registers.awaitField(Igb.CTRL, Igb.CTRL_RST, 0, PATIENCE), "the reset does not end");
        registers.write(Igb.IMC, -1);
    }

    /** QEMU's device receives nothing before a link was negotiated; then the PHY is made to loop back (3.5.6.3.1). */
    private void bringLinkUp() {
        writePhy(Igb.PHY_CONTROL, Igb.PHY_NEGOTIATE | Igb.PHY_RESTART_NEGOTIATION);
        require(registers.awaitField(Igb.STATUS, Igb.STATUS_LINK_UP, 1, PATIENCE), "the link does not come up");
        writePhy(Igb.PHY_CONTROL, Igb.PHY_LOOPBACK | Igb.PHY_GIGABIT | Igb.PHY_FULL_DUPLEX);
    }

    private void startQueues() {
        registers
                .slice(Igb.RECEIVE_QUEUE, Igb.QUEUE_SIZE)
                .write(Igb.QUEUE_RECEIVE_KIND, Igb.DESCRIPTOR_TYPE.set(0, Igb.ADVANCED_ONE_BUFFER));
        receive.start();
        transmit.start();
        registers.write(
                Igb.RCTL,
                Igb.RCTL_ENABLE
                        | Igb.RCTL_ALL_UNICAST
                        | Igb.RCTL_ALL_MULTICAST
                        | Igb.RCTL_BROADCAST
                        | Igb.RCTL_STRIP_CRC);
        registers.write(Igb.TCTL, Igb.TCTL_ENABLE | Igb.TCTL_PAD_SHORT);
        receive.awaitRunning();
        transmit.awaitRunning();
    }

    /** All vectors clear their cause when they are sent; those of the queues are held back until they are wanted. */
    private void routeInterrupts() {
        registers.write(Igb.GPIE, Igb.GPIE_MULTIPLE_MSIX);
        registers.write(Igb.EIAC, ALL_VECTORS);
        registers.write(Igb.IVAR0, Igb.IVAR_VALID | RECEIVE_VECTOR | (Igb.IVAR_VALID | TRANSMIT_VECTOR) << Byte.SIZE);
        registers.write(Igb.EICR, ALL_VECTORS);
        registers.write(Igb.EIMS, 1 << SOFTWARE_VECTOR);
    }

    private void writePhy(int register, int value) {
        int command = Igb.MDIC_OPERATION.set(Igb.MDIC_PHY.set(0, 1), Igb.MDIC_WRITE);
        registers.write(Igb.MDIC, Igb.MDIC_DATA.set(Igb.MDIC_REGISTER.set(command, register), value));
        require(registers.awaitField(Igb.MDIC, Igb.MDIC_READY, 1, PATIENCE), "the PHY does not answer");
        require(registers.read(Igb.MDIC, Igb.MDIC_ERROR) == 0, "the PHY refuses");
    }

    private void checkReceived(long slot, int status) {
        int expected = sizes[Math.toIntExact(slot / Ring.DESCRIPTOR_SIZE)];
        int length = ((int) INT.get(receive.memory(), slot + RECEIVE_LENGTH)) & 0xffff;
        boolean whole = (status & RECEIVE_END_OF_FRAME) != 0 && (status & RECEIVE_ERRORS) == 0;
        require(whole, "a frame came with status 0x" + Integer.toHexString(status));
        require(length == expected, "a frame of " + expected + " bytes came with " + length);
    }

    private void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalStateException(device + ": " + problem);
        }
    }
}
