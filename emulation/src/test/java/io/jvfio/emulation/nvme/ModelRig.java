// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.ManualClock;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The model as a device that is open, stepped, with memory mapped for it, and one pair of queues besides the admin ones. */
final class ModelRig implements AutoCloseable {
    static final long IOVA = 0x10_0000;
    static final long SIZE = 1 << 20;
    static final long DATA = IOVA + 0x40000;
    static final int ENTRIES = 32;
    private static final int CONFIG = 7;
    private static final int COMMAND = 4;
    private static final int MEMORY_AND_MASTER = 6;

    /** How memory gets into the address space. */
    interface Source {
        DmaSource of(MemorySegment memory);
    }

    final EmulatedDevice device;
    final MemorySegment memory;
    private final Arena arena = Arena.ofShared();
    private final DmaMapping mapping;
    private final int[] tails = new int[2];
    private final int[] heads = new int[2];
    private final int[] phases = new int[2];

    ModelRig(String options, Source source) {
        device = EmulatedDevice.open("nvme?size=1MiB&" + options, EmulationOptions.stepped(new ManualClock()));
        memory = arena.allocate(SIZE, 4096);
        mapping = device.addressSpace()
                .map(source.of(memory), MapRequest.defaults().withIova(IOVA));
    }

    ModelRig(String options) {
        this(options, DmaSource.Segment::new);
    }

    void command(int bits) {
        device.writeRegister(CONFIG, COMMAND, 2, bits);
    }

    long read(long offset, int width) {
        return device.readRegister(0, offset, width);
    }

    void write(long offset, int width, long value) {
        device.writeRegister(0, offset, width, value);
    }

    void settle() {
        for (int i = 0; i < 1000 && device.step(); i++) {
            // goes on
        }
    }

    private static long sq(int queue) {
        return IOVA + queue * 0x4000L;
    }

    private static long cq(int queue) {
        return sq(queue) + 0x2000;
    }

    /** Brings the controller up and makes the queues. */
    void start() {
        command(MEMORY_AND_MASTER);
        memory.fill((byte) 0);
        for (int queue = 0; queue < 2; queue++) {
            tails[queue] = 0;
            heads[queue] = 0;
            phases[queue] = 1;
        }
        write(ControllerRegisters.AQA.offset(), 4, (ENTRIES - 1) << 16 | ENTRIES - 1);
        write(ControllerRegisters.ASQ.offset(), 8, sq(0));
        write(ControllerRegisters.ACQ.offset(), 8, cq(0));
        write(ControllerRegisters.CC.offset(), 4, 4 << 20 | 6 << 16 | 1);
        settle();
        expect(run(0, Sqe.of(5).prp(cq(1), 0).cdw10(1 | (ENTRIES - 1) << 16).cdw11(1 << 16 | 3)));
        expect(run(0, Sqe.of(1).prp(sq(1), 0).cdw10(1 | (ENTRIES - 1) << 16).cdw11(1 << 16 | 1)));
    }

    private static void expect(int status) {
        if (status != 0) {
            throw new AssertionError(StatusCode.describe(status));
        }
    }

    /** Submits a command without ringing. Allocates nothing. */
    void put(int queue, Sqe command) {
        long at = sq(queue) - IOVA + (long) tails[queue] * SubmissionEntry.SIZE;
        MemorySegment.copy(command.entry(), 0, memory, at, SubmissionEntry.SIZE);
        tails[queue] = (tails[queue] + 1) % ENTRIES;
    }

    void ring(int queue) {
        write(ControllerRegisters.submissionDoorbell(queue, 0), 4, tails[queue]);
    }

    /** The status of the next completion, or -1 if there is none. Allocates nothing. */
    int take(int queue) {
        int dw3 = CompletionEntry.acquire(memory, cq(queue) - IOVA + (long) heads[queue] * CompletionEntry.SIZE);
        if (CompletionEntry.DW3_PHASE.of(dw3) != phases[queue]) {
            return -1;
        }
        heads[queue]++;
        if (heads[queue] == ENTRIES) {
            heads[queue] = 0;
            phases[queue] ^= 1;
        }
        write(ControllerRegisters.completionDoorbell(queue, 0), 4, heads[queue]);
        return CompletionEntry.DW3_STATUS.of(dw3);
    }

    /** The status of a command. */
    int run(int queue, Sqe command) {
        put(queue, command);
        ring(queue);
        settle();
        return take(queue);
    }

    @Override
    public void close() {
        try (arena;
                mapping;
                device) {
            command(0);
        }
    }
}
