// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.device.DeviceGoneException;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Register32;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The program that {@link FaultTest} runs in JVMs of its own, one for each way in which HotSpot executes code: mapped
 * registers fault under code that is hot, and every fault has to come out of the guard around it, as an explanation.
 * It exits with 0, and the last word on its output is {@code survived}.
 *
 * <p>Everything is constant, and each guarded body has a method of its own, so that the compilers inline the body and the
 * guard into it and no safepoint poll is left between the access and the guard's end but the one that the guard makes.
 */
public final class FaultProbe {
    private static final int WARM_UP = 30_000;
    private static final int REPEATS = 200;
    private static final int LOOP = 100;
    private static final int MEMORY_64_PREFETCHABLE = 0xc;

    private static final PciFixture FIXTURE = new PciFixture();
    private static final FakeRegion REGION =
            FIXTURE.fake.bar(0, 0x1000, MEMORY_64_PREFETCHABLE, PciFixture.all(0x1000));
    private static final PciDevice DEVICE = FIXTURE.open();
    private static final Mmio MMIO = DEVICE.bar(0).mmio();
    private static final MemorySegment BULK = MemorySegment.ofArray(new byte[0x800]);

    /** Where loads go, so that they are not dropped. */
    private static int sink;

    private static long wideSink;

    private static final Register32 REGISTER = Register32.at(0x10);
    private static final Field FIELD = Field.bit(0);

    /** Each of them is compiled by itself. */
    private static final Runnable[] GUARDED = {
        FaultProbe::load,
        FaultProbe::wideLoad,
        FaultProbe::wideningLoad,
        FaultProbe::testingLoad,
        FaultProbe::poll,
        FaultProbe::store,
        FaultProbe::loads,
        FaultProbe::stores
    };

    private static void load() {
        DEVICE.guard(() -> {
            sink += MMIO.read32(0x10);
        });
    }

    private static void wideLoad() {
        DEVICE.guard(() -> {
            sink += (int) MMIO.read64(0x18);
        });
    }

    /** What C2 would do in one instruction, which HotSpot cannot step over after a fault. */
    private static void wideningLoad() {
        DEVICE.guard(() -> {
            wideSink = MMIO.read32(0x10);
        });
    }

    private static void testingLoad() {
        DEVICE.guard(() -> {
            if ((MMIO.read8(0x14) & 4) != 0) {
                sink++;
            }
        });
    }

    /** With a guard of its own. */
    private static void poll() {
        MMIO.awaitField(REGISTER, FIELD, 1, Duration.ZERO);
    }

    private static void store() {
        DEVICE.guard(() -> MMIO.write32(0x20, sink));
    }

    private static void loads() {
        DEVICE.guard(() -> {
            for (int i = 0; i < LOOP; i++) {
                sink += MMIO.read8(4L * i) + MMIO.read32(4L * i);
            }
        });
    }

    private static void stores() {
        DEVICE.guard(() -> {
            for (int i = 0; i < LOOP; i++) {
                MMIO.write64(8L * i, i);
            }
        });
    }

    private FaultProbe() {}

    /** Runs all parts; an exception that nobody expected ends the program with another exit code. */
    public static void main(String[] arguments) throws InterruptedException, ReflectiveOperationException {
        faultAtTheFirstAccess();
        for (int i = 0; i < WARM_UP; i++) {
            load();
            wideLoad();
            wideningLoad();
            testingLoad();
            poll();
            store();
            if (i % (LOOP / 10) == 0) {
                loads();
                stores();
            }
        }
        allocatesNothing();
        for (int round = 0; round < 3; round++) {
            faultInEachBody();
            faultInTheFrameworksLoops();
            faultUnderARunningLoop();
            worksAgain();
        }
        goneInEachBody();
        DEVICE.close();
        FIXTURE.close();
        System.out.println("survived");
    }

    private static void faultAtTheFirstAccess() {
        REGION.vanish();
        for (Runnable guarded : GUARDED) {
            expectFault(guarded);
        }
        REGION.comeBack();
    }

    private static void allocatesNothing() throws ReflectiveOperationException {
        // The module under test does not read the management modules, so they are reached by reflection.
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        Method allocated = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        long best = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5; attempt++) {
            long before = (long) allocated.invoke(threads);
            for (int i = 0; i < REPEATS; i++) {
                for (Runnable guarded : GUARDED) {
                    guarded.run();
                }
            }
            best = Math.min(best, (long) allocated.invoke(threads) - before);
        }
        // The measurement itself may allocate a few objects; one for each guard or access would be thousands.
        check(best < REPEATS, "guarded accesses allocate: " + best + " bytes");
    }

    private static void faultInEachBody() {
        REGION.vanish();
        for (int i = 0; i < REPEATS; i++) {
            for (Runnable guarded : GUARDED) {
                expectFault(guarded);
            }
        }
        REGION.comeBack();
    }

    private static void faultInTheFrameworksLoops() {
        REGION.vanish();
        BarMemory memory = DEVICE.bar(0).memory();
        for (int i = 0; i < REPEATS; i++) {
            expectFault(() -> memory.read(0, BULK));
            expectFault(() -> memory.write(0, BULK));
            expectFault(() -> MMIO.awaitField(Register32.at(0), Field.bit(0), 1, Duration.ofMillis(1)));
        }
        REGION.comeBack();
    }

    /** The code is in its loop when the registers vanish, and would stay in it for ever. */
    private static void faultUnderARunningLoop() throws InterruptedException {
        Thread unplug = Thread.ofPlatform().start(() -> {
            LockSupport.parkNanos(20_000_000);
            REGION.vanish();
        });
        expectFault(() -> DEVICE.guard(() -> {
            while (MMIO.read32(0) != 0x600d) {
                MMIO.write32(0x40, 1);
            }
        }));
        unplug.join();
        REGION.comeBack();
    }

    private static void worksAgain() {
        for (int i = 1; i < REPEATS; i++) {
            int value = i;
            DEVICE.guard(() -> MMIO.write32(0x80, value));
            check(DEVICE.guard(() -> MMIO.read32(0x80)) == value, "a register lost its value");
        }
    }

    private static void goneInEachBody() {
        REGION.vanish();
        FIXTURE.fake.silent = true;
        for (int i = 0; i < REPEATS; i++) {
            for (Runnable guarded : GUARDED) {
                try {
                    guarded.run();
                } catch (DeviceGoneException expected) {
                    check(expected.getCause() instanceof InternalError, "gone without a fault: " + expected);
                    continue;
                }
                throw new AssertionError("the guard did not see that the device is gone");
            }
        }
        FIXTURE.fake.silent = false;
    }

    private static void expectFault(Runnable guarded) {
        try {
            guarded.run();
        } catch (MmioFaultException expected) {
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
