// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.faults;

import io.jvfio.Vfio;
import io.jvfio.examples.Edu;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.Bar;
import io.jvfio.pci.BarMemory;
import io.jvfio.pci.MmioFaultException;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * The program that {@link DecodingOffKernelIT} runs in JVMs of its own, one for each way in which HotSpot executes code:
 * memory decoding of an edu is switched off under code that accesses its mapped registers. Every fault has to come out of
 * the guard around it, as an explanation, and the registers have to work afterwards. The last word of its output is
 * {@code survived}.
 */
public final class DecodingProbe {
    private static final int COMMAND = 0x04;
    private static final int COMMAND_MEMORY = 1 << 1;
    private static final int ROUNDS = 2;
    private static final int REPEATS = 3;
    private static final int LOOP = 10;

    private final PciDevice edu;
    private final Mmio registers;
    private final BarMemory memory;
    private final MemorySegment bulk;

    /** Where loads go, so that they are not dropped. */
    private long sink;

    private DecodingProbe(PciDevice edu, MemorySegment bulk) {
        this.edu = edu;
        this.registers = edu.bar(0).mmio();
        this.memory = edu.bar(0).memory(Bar.Promise.NO_SIDE_EFFECTS);
        this.bulk = bulk;
    }

    /**
     * Runs all parts; an exception that nobody expected ends the program with another exit code.
     *
     * @param arguments the device, and how often to run each part first, so that it is compiled
     */
    public static void main(String[] arguments) throws InterruptedException {
        try (PciDevice edu = Vfio.open(arguments[0]);
                Arena arena = Arena.ofConfined()) {
            new DecodingProbe(edu, arena.allocate(32, 8)).run(Integer.parseInt(arguments[1]));
        }
        System.out.println("survived");
    }

    private void run(int warmUp) throws InterruptedException {
        Runnable[] parts = {
            this::load,
            this::widen,
            this::store,
            this::wide,
            this::loads,
            this::stores,
            this::bulkRead,
            this::bulkWrite,
            this::poll
        };
        for (int i = 0; i < warmUp; i++) {
            parts[i % parts.length].run();
            // The device answers no access of another width: a compiler that reads one byte here would get another
            // value.
            check(magic() == Edu.MAGIC_VALUE, "a field of a register has another value");
        }
        for (int round = 0; round < ROUNDS; round++) {
            decode(false);
            for (int i = 0; i < REPEATS; i++) {
                for (Runnable part : parts) {
                    expectFault(part);
                }
            }
            decode(true);
            works(round);
            switchedOffUnderALoop();
            decode(true);
            works(round + ROUNDS);
        }
    }

    private void load() {
        edu.guard(() -> {
            sink += registers.read(Edu.LIVENESS);
        });
    }

    private void widen() {
        edu.guard(() -> {
            sink = registers.read(Edu.LIVENESS);
        });
    }

    private void store() {
        edu.guard(() -> registers.write(Edu.LIVENESS, (int) sink));
    }

    private void wide() {
        edu.guard(() -> {
            registers.write(Edu.DMA_COUNT, sink);
            sink += registers.read(Edu.DMA_COUNT);
        });
    }

    private void loads() {
        edu.guard(() -> {
            for (int i = 0; i < LOOP; i++) {
                sink += registers.read(Edu.LIVENESS);
            }
        });
    }

    private void stores() {
        edu.guard(() -> {
            for (int i = 0; i < LOOP; i++) {
                registers.write(Edu.LIVENESS, i);
            }
        });
    }

    private void bulkRead() {
        memory.read(Edu.DMA_SOURCE.offset(), bulk);
    }

    private void bulkWrite() {
        memory.write(Edu.DMA_SOURCE.offset(), bulk.asSlice(0, 24));
    }

    private void poll() {
        sink += registers.awaitField(Edu.STATUS, Edu.COMPUTING, 0, Duration.ZERO) ? 1 : 0;
    }

    /** The code is in its loop when the registers stop to answer, and would stay in it for ever. */
    private void switchedOffUnderALoop() throws InterruptedException {
        CountDownLatch looping = new CountDownLatch(1);
        Thread switcher = Thread.ofPlatform().start(() -> {
            try {
                looping.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            decode(false);
        });
        expectFault(() -> edu.guard(() -> {
            for (long i = 0; registers.read(Edu.IDENTIFICATION) != 0x600d; i++) {
                registers.write(Edu.LIVENESS, (int) i);
                if (i == LOOP) {
                    looping.countDown();
                }
            }
        }));
        switcher.join();
    }

    private void decode(boolean on) {
        if (on) {
            edu.enableMemory();
        } else {
            edu.config().modify16(COMMAND, COMMAND_MEMORY, 0);
        }
    }

    private void works(int value) {
        edu.guard(() -> registers.write(Edu.LIVENESS, value));
        check(edu.guard(() -> registers.read(Edu.LIVENESS)) == ~value, "a register does not work again");
    }

    private int magic() {
        return registers.read(Edu.IDENTIFICATION, Edu.MAGIC);
    }

    private static void expectFault(Runnable guarded) {
        try {
            guarded.run();
        } catch (MmioFaultException expected) {
            check(expected.reason() == MmioFaultException.Reason.DECODING_OFF, "not because of decoding: " + expected);
            check(expected.getCause() instanceof InternalError, "no fault below " + expected);
            return;
        }
        throw new AssertionError("a fault did not come out of the guard");
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
