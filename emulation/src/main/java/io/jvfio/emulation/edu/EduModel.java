// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.edu;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.InterruptKinds;
import io.jvfio.emulation.ModelClock;
import io.jvfio.emulation.ModelDma;
import io.jvfio.emulation.ModelInterrupts;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.ModelWorker;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.emulation.RegisterMap;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * QEMU's educational device as its specification describes it (QEMU, {@code docs/specs/edu.rst}).
 *
 * <p>Threads: registers are used by any number of threads, the rest by the worker; one lock guards the state, and is not
 * held while memory is moved.
 */
final class EduModel implements DeviceModel, RegisterPort {
    private static final long BAR_SIZE = 1 << 20;

    private static final int IDENTIFICATION = 0x00;
    private static final int LIVENESS = 0x04;
    private static final int FACTORIAL = 0x08;
    private static final int STATUS = 0x20;
    private static final int IRQ_STATUS = 0x24;
    private static final int IRQ_RAISE = 0x60;
    private static final int IRQ_ACKNOWLEDGE = 0x64;
    private static final int DMA_SOURCE = 0x80;
    private static final int DMA_DESTINATION = 0x88;
    private static final int DMA_COUNT = 0x90;
    private static final int DMA_COMMAND = 0x98;

    /** Below this, registers take 4-byte accesses only; from here on 4 or 8 bytes. */
    private static final int WIDE_REGISTERS = 0x80;

    /** Revision 1.0 and the device's mark. */
    private static final int IDENTITY = 0x0100_00ed;

    private static final int COMPUTING = 0x01;
    private static final int FACTORIAL_IRQ = 0x80;
    private static final int FACTORIAL_CAUSE = 0x001;
    private static final int DMA_CAUSE = 0x100;
    private static final long RUN = 1;
    private static final long TO_MEMORY = 2;
    private static final long RAISE = 4;

    private static final long BUFFER = 0x40000;
    private static final int BUFFER_SIZE = 4096;

    private static final RegisterMap NARROW = RegisterMap.NONE
            .with("IDENTIFICATION", IDENTIFICATION, Integer.BYTES, Integer.BYTES, 0)
            .with("LIVENESS", LIVENESS, Integer.BYTES, Integer.BYTES, Integer.BYTES)
            .with("FACTORIAL", FACTORIAL, Integer.BYTES, Integer.BYTES, Integer.BYTES)
            .with("STATUS", STATUS, Integer.BYTES, Integer.BYTES, Integer.BYTES)
            .with("IRQ_STATUS", IRQ_STATUS, Integer.BYTES, Integer.BYTES, 0)
            .with("IRQ_RAISE", IRQ_RAISE, Integer.BYTES, 0, Integer.BYTES)
            .with("IRQ_ACKNOWLEDGE", IRQ_ACKNOWLEDGE, Integer.BYTES, 0, Integer.BYTES);

    private static final RegisterMap REGISTERS = wide(
            wide(
                    wide(wide(NARROW, "DMA_SOURCE", DMA_SOURCE), "DMA_DESTINATION", DMA_DESTINATION),
                    "DMA_COUNT",
                    DMA_COUNT),
            "DMA_COMMAND",
            DMA_COMMAND);

    private final ModelInterrupts interrupts;
    private final ModelDma dma;
    private final ModelWorker worker;
    private final ModelClock clock;
    private final long dmaMask;
    private final long transferNanos;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER_SIZE, 8);

    /** Everything below is guarded by this. */
    private int liveness;

    private int factorial;
    private int status;
    private int causes;
    private long source;
    private long destination;
    private long count;
    private long command;
    private long transferEnds;

    EduModel(ModelSetup setup, long dmaMask, Duration transferTime) {
        this.dmaMask = dmaMask;
        this.transferNanos = transferTime.toNanos();
        setup.identity(PciIdentity.of(0x1234, 0x11e8)
                .withSubsystem(0x1af4, 0x1100)
                .withClass(0x00ff00)
                .withRevision(0x10));
        setup.bar(0, BAR_SIZE).registers(this).described(REGISTERS);
        interrupts = setup.interrupts(InterruptKinds.none().withPin().withMsi(1));
        dma = setup.dma();
        worker = setup.worker();
        clock = setup.clock();
    }

    /** A register of 8 bytes, whose upper half cannot be had alone. */
    private static RegisterMap wide(RegisterMap map, String name, int offset) {
        int widths = Integer.BYTES | Long.BYTES;
        return map.with(name, offset, Integer.BYTES, widths, widths)
                .with(name, offset + Integer.BYTES, Integer.BYTES, Long.BYTES, Long.BYTES);
    }

    @Override
    public synchronized long read(long offset, int width) {
        if (!isRegister(offset, width)) {
            return RegisterPort.zeroExtended(-1, width);
        }
        long value = switch ((int) offset) {
            case IDENTIFICATION -> IDENTITY;
            case LIVENESS -> liveness;
            case FACTORIAL -> factorial;
            case STATUS -> status;
            case IRQ_STATUS -> causes;
            case DMA_SOURCE -> source;
            case DMA_DESTINATION -> destination;
            case DMA_COUNT -> count;
            case DMA_COMMAND -> command;
            default -> -1;
        };
        return width == Long.BYTES ? value : value & 0xffff_ffffL;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (!isRegister(offset, width)) {
            return;
        }
        switch ((int) offset) {
            case IRQ_RAISE -> raise((int) value);
            case IRQ_ACKNOWLEDGE -> acknowledge((int) value);
            default -> writeQuiet((int) offset, width, value);
        }
    }

    /** A register that interrupts nobody. */
    private synchronized void writeQuiet(int offset, int width, long value) {
        int low = (int) value;
        switch (offset) {
            case LIVENESS -> liveness = ~low;
            case FACTORIAL -> startFactorial(low);
            case STATUS -> status = status & ~FACTORIAL_IRQ | low & FACTORIAL_IRQ;
            case DMA_SOURCE, DMA_DESTINATION, DMA_COUNT, DMA_COMMAND ->
                writeDma(offset, width == Long.BYTES ? value : value & 0xffff_ffffL);
            default -> {
                // Nothing is there, or it is read-only.
            }
        }
    }

    private static boolean isRegister(long offset, int width) {
        return width == Integer.BYTES || width == Long.BYTES && offset >= WIDE_REGISTERS;
    }

    private void startFactorial(int number) {
        if ((status & COMPUTING) == 0) {
            factorial = number;
            status |= COMPUTING;
            worker.wake();
        }
    }

    /** The registers of a transfer that runs do not change. */
    private void writeDma(int offset, long value) {
        if ((command & RUN) != 0) {
            return;
        }
        switch (offset) {
            case DMA_SOURCE -> source = value;
            case DMA_DESTINATION -> destination = value;
            case DMA_COUNT -> count = value;
            default -> {
                if ((value & RUN) != 0) {
                    command = value;
                    transferEnds = clock.nanos() + transferNanos;
                    worker.wakeAt(transferEnds);
                }
            }
        }
    }

    private void raise(int cause) {
        boolean any;
        synchronized (this) {
            causes |= cause;
            any = causes != 0;
        }
        if (any) {
            settlePin();
            interrupts.message(0);
        }
    }

    private void acknowledge(int acknowledged) {
        synchronized (this) {
            causes &= ~acknowledged;
        }
        settlePin();
    }

    /** Whoever is interrupted may hold up who does it, so the lock is free then; whoever is last looks again. */
    private void settlePin() {
        boolean high;
        do {
            high = hasCause();
            interrupts.pin(high);
        } while (high != hasCause());
    }

    private synchronized boolean hasCause() {
        return causes != 0;
    }

    @Override
    public boolean run() {
        boolean computed = compute();
        boolean moved = move();
        return computed || moved;
    }

    private boolean compute() {
        int number;
        synchronized (this) {
            if ((status & COMPUTING) == 0) {
                return false;
            }
            number = factorial;
        }
        int product = 1;
        for (; Integer.compareUnsigned(number, 0) > 0 && product != 0; number--) {
            product *= number;
        }
        boolean interrupt;
        synchronized (this) {
            factorial = product;
            status &= ~COMPUTING;
            interrupt = (status & FACTORIAL_IRQ) != 0;
        }
        if (interrupt) {
            raise(FACTORIAL_CAUSE);
        }
        return true;
    }

    private boolean move() {
        synchronized (this) {
            if ((command & RUN) == 0) {
                return false;
            }
            if (clock.nanos() - transferEnds < 0) {
                worker.wakeAt(transferEnds);
                return false;
            }
        }
        transfer();
        boolean interrupt;
        synchronized (this) {
            interrupt = (command & RAISE) != 0;
            command &= ~RUN;
        }
        if (interrupt) {
            raise(DMA_CAUSE);
        }
        return true;
    }

    /** Nobody writes the transfer's registers while it runs. A transfer that leaves the buffer does nothing. */
    private void transfer() {
        long from;
        long to;
        long length;
        boolean toMemory;
        synchronized (this) {
            from = source;
            to = destination;
            length = count;
            toMemory = (command & TO_MEMORY) != 0;
        }
        long inside = (toMemory ? from : to) - BUFFER;
        if (length <= 0 || length > BUFFER_SIZE || inside < 0 || inside > BUFFER_SIZE - length) {
            return;
        }
        MemorySegment part = buffer.asSlice(inside, length);
        if (toMemory) {
            dma.write(to & dmaMask, part);
        } else if (!dma.read(from & dmaMask, part).done()) {
            // What nobody answers reads as ones.
            part.fill((byte) -1);
        }
    }

    @Override
    public synchronized void reset() {
        liveness = 0;
        factorial = 0;
        status = 0;
        causes = 0;
        source = 0;
        destination = 0;
        count = 0;
        command = 0;
        interrupts.pin(false);
        buffer.fill((byte) 0);
    }

    @Override
    public void close() {
        arena.close();
    }
}
