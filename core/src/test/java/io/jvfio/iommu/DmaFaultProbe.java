// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The program that {@code FaultTest} runs in JVMs of its own, one for each way in which HotSpot executes code: a device
 * moves bytes in memory whose owner cuts its file short. Every transfer that meets it has to fail, whatever it was made by,
 * and none may keep its mapping or leave a fault to what comes after it. It exits with 0, and the last word on its output
 * is {@code survived}.
 *
 * <p>Each way to move bytes has a method of its own, so that the compilers inline all into it and no safepoint poll is left
 * between the access and the end of the pin but the one that the pin makes.
 */
public final class DmaFaultProbe {
    private static final int WARM_UP = 30_000;
    private static final int REPEATS = 200;
    private static final long SIZE = 0x2000;
    private static final long IOVA = 0x10_0000;
    private static final List<IovaRange> USABLE = List.of(new IovaRange(0, 0xfff_ffff));

    private static final SystemCalls SYS = SystemCalls.linux();
    private static final Descriptor FILE =
            Descriptor.of(SYS, SYS.memfdCreate("client", Abi.MFD_CLOEXEC), "memfd_create", "client");
    private static final DmaRegistry REGISTRY = DmaRegistry.of(DmaRegistry.Settings.defaults("probe"), USABLE, 0x1000);
    private static final DmaPin PIN = new DmaPin();
    private static final MemorySegment SMALL = MemorySegment.ofArray(new long[2]);
    private static final MemorySegment LARGE = MemorySegment.ofArray(new long[0x200]);

    /** Where loads go, so that they are not dropped. */
    private static long sink;

    private static final Runnable[] TRANSFERS = {
        DmaFaultProbe::readSmall,
        DmaFaultProbe::readLarge,
        DmaFaultProbe::writeSmall,
        DmaFaultProbe::writeLarge,
        DmaFaultProbe::copyInPlace,
        DmaFaultProbe::loadInPlace,
        DmaFaultProbe::storeInPlace
    };

    private DmaFaultProbe() {}

    private static void readSmall() {
        pin(SMALL.byteSize());
        try (PIN) {
            PIN.read(0, SMALL);
        }
    }

    private static void readLarge() {
        pin(LARGE.byteSize());
        try (PIN) {
            PIN.read(0, LARGE);
        }
    }

    private static void writeSmall() {
        pin(SMALL.byteSize());
        try (PIN) {
            PIN.write(0, SMALL);
        }
    }

    private static void writeLarge() {
        pin(LARGE.byteSize());
        try (PIN) {
            PIN.write(0, LARGE);
        }
    }

    private static void copyInPlace() {
        pin(LARGE.byteSize());
        try (PIN) {
            MemorySegment.copy(LARGE, 0, PIN.memory(0), PIN.offset(0), LARGE.byteSize());
        }
    }

    private static void loadInPlace() {
        pin(Long.BYTES);
        try (PIN) {
            sink += PIN.memory(0).get(ValueLayout.JAVA_LONG, PIN.offset(0));
        }
    }

    private static void storeInPlace() {
        pin(Long.BYTES);
        try (PIN) {
            PIN.memory(0).set(ValueLayout.JAVA_LONG, PIN.offset(0), sink);
        }
    }

    private static void pin(long length) {
        check(
                REGISTRY.mappings().pin(IOVA, length, Access.READ_WRITE, PIN) == DmaPin.Result.PINNED,
                "what is mapped cannot be pinned");
    }

    /** Runs all parts; an exception that nobody expected ends the program with another exit code. */
    public static void main(String[] arguments) {
        resize(SIZE);
        REGISTRY.attach(new FakeBackend(), USABLE, 0x1000);
        try (FILE;
                Mapping memory = Mapping.ofFile(SYS, FILE, 0, SIZE, Abi.PROT_READ | Abi.PROT_WRITE)) {
            DmaMapping mapping = REGISTRY.map(
                    new DmaSource.File(FILE, 0, memory.memory()),
                    MapRequest.defaults().withIova(IOVA));
            faultInEach();
            for (int i = 0; i < WARM_UP; i++) {
                for (Runnable transfer : TRANSFERS) {
                    transfer.run();
                }
            }
            for (int round = 0; round < 3; round++) {
                faultInEach();
                LARGE.fill((byte) round);
                writeLarge();
                LARGE.fill((byte) -1);
                readLarge();
                check(LARGE.get(ValueLayout.JAVA_BYTE, 77) == round, "the memory that came back does not keep bytes");
            }
            mapping.close();
        }
        System.out.println("survived");
    }

    private static void faultInEach() {
        resize(0);
        for (int i = 0; i < REPEATS; i++) {
            for (Runnable transfer : TRANSFERS) {
                expectFault(transfer);
            }
        }
        resize(SIZE);
    }

    private static void expectFault(Runnable transfer) {
        try {
            transfer.run();
        } catch (VfioException e) {
            check(e.errno() == Errno.EFAULT && e.getCause() instanceof InternalError, "no fault: " + e);
            check(PIN.parts() == 0, "the pin still holds something");
            return;
        } catch (InternalError e) {
            check(PIN.parts() == 0, "the pin still holds something");
            return;
        }
        throw new AssertionError("a fault did not come out of the transfer");
    }

    private static void resize(long bytes) {
        int number = FILE.acquire();
        check(SYS.ftruncate(number, bytes) == 0, "ftruncate failed");
        FILE.release();
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
