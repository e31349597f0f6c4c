// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.InterruptKinds;
import io.jvfio.emulation.ModelDma;
import io.jvfio.emulation.ModelInterrupts;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.ModelWorker;
import io.jvfio.emulation.MsixLayout;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.emulation.RegisterMap;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A courier in this process. */
final class CourierModel implements DeviceModel, RegisterPort {
    private static final RegisterMap REGISTERS = RegisterMap.NONE
            .with("SOURCE", 0x00, 8, 8, 8)
            .with("TARGET", 0x08, 8, 8, 8)
            .with("SIZE", 0x10, 4, 4, 4)
            .with("COPIES", 0x14, 4, 4, 4)
            .with("STATUS", 0x18, 4, 4, 4)
            .with("BELL", 0x1c, 4, 0, 4);

    private final ModelInterrupts interrupts;
    private final ModelDma dma;
    private final ModelWorker worker;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment bag = arena.allocate(Courier.MOST_BYTES);

    /** Guarded by this, as are the other registers. */
    private long source;

    private long target;
    private int size;
    private int copies;
    private int status;

    CourierModel(ModelSetup setup) {
        setup.identity(PciIdentity.of(Courier.VENDOR_ID, Courier.DEVICE_ID)
                .withClass(0x08_8000)
                .withExpress());
        setup.bar(0, 0x4000).registers(this).described(REGISTERS);
        interrupts = setup.interrupts(InterruptKinds.none().withMsix(MsixLayout.of(1, 0, 0x2000, 0x3000)));
        dma = setup.dma();
        worker = setup.worker();
    }

    @Override
    public synchronized long read(long offset, int width) {
        return switch ((int) offset) {
            case 0x00 -> source;
            case 0x08 -> target;
            case 0x10 -> size;
            case 0x14 -> copies;
            case 0x18 -> status;
            default -> 0;
        };
    }

    @Override
    public synchronized void write(long offset, int width, long value) {
        switch ((int) offset) {
            case 0x00 -> source = value;
            case 0x08 -> target = value;
            case 0x10 -> size = Math.clamp(value, 0, Courier.MOST_BYTES);
            case 0x14 -> {
                copies = (int) value;
                worker.wake();
            }
            case 0x18 -> status &= ~(int) value;
            case 0x1c -> interrupts.message(0);
            default -> {
                // Nothing is there.
            }
        }
    }

    @Override
    public boolean run() {
        long from;
        long to;
        MemorySegment bytes;
        synchronized (this) {
            if (copies == 0) {
                return false;
            }
            from = source;
            to = target;
            bytes = bag.asSlice(0, size);
        }
        boolean done = dma.read(from, bytes).done() && dma.write(to, bytes).done();
        synchronized (this) {
            copies = done ? copies - 1 : 0;
            status |= done ? 0 : 1;
            if (copies > 0) {
                worker.wake();
            }
        }
        return true;
    }

    @Override
    public synchronized void reset() {
        source = 0;
        target = 0;
        size = 0;
        copies = 0;
        status = 0;
    }

    @Override
    public void close() {
        arena.close();
    }
}
