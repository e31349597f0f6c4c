// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.MapRequest;
import io.jvfio.mmio.Layouts;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.TestMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller on its worker, while several threads write whatever they like to registers and memory. */
@Timeout(120)
final class NvmeConcurrencyTest {
    private static final long IOVA = 0x10_0000;
    private static final int PAGES = 16;
    private static final int PAGE = 4096;
    private static final int THREADS = 3;
    private static final int ACTIONS = 20_000;

    @ParameterizedTest
    @ValueSource(strings = {"trapped", "mapped"})
    void threads_that_write_anything_anywhere_do_not_break_it(String doorbells) throws Exception {
        String locator = "nvme?size=1MiB&queues=4&doorbells=" + doorbells;
        try (Vfio context = Vfio.create();
                EmulatedDevice device = EmulatedDevice.open(locator, EmulationOptions.defaults())) {
            scribble(device);
            device.reset();
            try (PciDevice function = context.pci(device, locator);
                    NvmeController controller = NvmeController.open(function)) {
                MemorySegment block = MemorySegment.ofArray(new byte[512]).fill((byte) 7);
                controller.namespaces().getFirst().write(3, block);
                MemorySegment found = MemorySegment.ofArray(new byte[512]);
                controller.namespaces().getFirst().read(3, found);
                assertThat(found.mismatch(block)).isEqualTo(-1);
            }
        }
    }

    private static void scribble(EmulatedDevice device) throws Exception {
        List<Callable<Void>> threads = new ArrayList<>();
        try (TestMemory memory = TestMemory.ofPages(PAGES);
                DmaMapping mapping = device.addressSpace()
                        .map(memory.source(), MapRequest.defaults().withIova(IOVA));
                ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            assertThat(mapping.isOpen()).isTrue();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(thread);
                threads.add(() -> {
                    for (int i = 0; i < ACTIONS; i++) {
                        act(device, memory.bytes(), random);
                    }
                    return null;
                });
            }
            for (Future<Void> each : pool.invokeAll(threads, 100, TimeUnit.SECONDS)) {
                each.get();
            }
            device.writeRegister(ModelFixture.CONFIG, ModelFixture.COMMAND, 2, 0);
        }
    }

    private static void act(EmulatedDevice device, MemorySegment memory, Random random) {
        switch (random.nextInt(12)) {
            case 0 -> register(device, ControllerRegisters.CC.offset(), 4, 4 << 20 | 6 << 16 | random.nextInt(2));
            case 1 -> register(device, ControllerRegisters.AQA.offset(), 4, 0x1f001f);
            case 2 -> register(device, ControllerRegisters.ASQ.offset(), 8, page(random));
            case 3 -> register(device, ControllerRegisters.ACQ.offset(), 8, page(random));
            case 4 ->
                device.writeRegister(ModelFixture.CONFIG, ModelFixture.COMMAND, 2, random.nextInt(8) == 0 ? 2 : 6);
            case 5 -> register(device, 4L * random.nextInt(16), 4, random.nextInt());
            case 6 -> {
                if (random.nextInt(50) == 0) {
                    device.reset();
                }
            }
            case 7, 8 -> scribble(memory, random);
            default -> register(device, 0x1000 + 4L * random.nextInt(12), 4, random.nextInt(40));
        }
    }

    private static long page(Random random) {
        return IOVA + (long) PAGE * random.nextInt(PAGES + 1);
    }

    private static void register(EmulatedDevice device, long offset, int width, long value) {
        device.writeRegister(0, offset, width, value);
    }

    /** A command whose opcode and addresses mean something now and then. */
    private static void scribble(MemorySegment memory, Random random) {
        byte[] entry = new byte[64];
        random.nextBytes(entry);
        entry[0] = (byte) random.nextInt(16);
        entry[1] = 0;
        MemorySegment command = MemorySegment.ofArray(entry);
        for (int at : new int[] {24, 32}) {
            command.set(Layouts.LE_LONG.withByteAlignment(1), at, page(random));
        }
        MemorySegment.copy(command, 0, memory, 64L * random.nextInt(PAGES * PAGE / 64), 64);
    }
}
