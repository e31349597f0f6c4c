// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.InterruptKinds;
import io.jvfio.emulation.ModelDma;
import io.jvfio.emulation.ModelInterrupts;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.ModelWorker;
import io.jvfio.emulation.MsixLayout;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.emulation.RegisterMap;
import io.jvfio.mmio.Layouts;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The model of docs/model-guide.md: adds up 32-bit numbers in memory. */
final class AdderModel implements DeviceModel, RegisterPort {
    static final int ADDRESS = 0x00;
    static final int COUNT = 0x08;
    static final int SUM = 0x10;
    static final int STATUS = 0x18;
    static final int DONE = 1;
    static final int FAILED = 2;

    private static final RegisterMap REGISTERS = RegisterMap.NONE
            .with("ADDRESS", ADDRESS, 8, 8, 8)
            .with("COUNT", COUNT, 4, 4, 4)
            .with("SUM", SUM, 8, 4 | 8, 0)
            .with("STATUS", STATUS, 4, 4, 4);

    private final ModelInterrupts interrupts;
    private final ModelDma dma;
    private final ModelWorker worker;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment numbers;

    /** Guarded by this, as are the other registers. */
    private long address;

    private int count;
    private long sum;
    private int status;

    AdderModel(ModelSetup setup, int most) {
        setup.identity(PciIdentity.of(0x1234, 0x0add).withClass(0x12_0000).withExpress());
        setup.bar(0, 0x4000).registers(this).described(REGISTERS);
        interrupts = setup.interrupts(InterruptKinds.none().withPin().withMsix(MsixLayout.of(1, 0, 0x2000, 0x3000)));
        dma = setup.dma();
        worker = setup.worker();
        numbers = arena.allocate(Layouts.LE_INT, most);
    }

    @Override
    public synchronized long read(long offset, int width) {
        return switch ((int) offset) {
            case ADDRESS -> address;
            case COUNT -> count;
            case SUM -> sum;
            case STATUS -> status;
            default -> 0;
        };
    }

    @Override
    public synchronized void write(long offset, int width, long value) {
        switch ((int) offset) {
            case ADDRESS -> address = value;
            case COUNT -> {
                count = (int) value;
                worker.wake();
            }
            case STATUS -> {
                status &= ~(int) value;
                interrupts.pin(status != 0);
            }
            default -> {
                // Nothing is there.
            }
        }
    }

    @Override
    public boolean run() {
        long from;
        long bytes;
        synchronized (this) {
            from = address;
            bytes = Integer.toUnsignedLong(count) * Integer.BYTES;
            count = 0;
        }
        if (bytes == 0) {
            return false;
        }
        boolean read = bytes <= numbers.byteSize()
                && dma.read(from, numbers.asSlice(0, bytes)).done();
        synchronized (this) {
            sum = read ? add(bytes) : 0;
            status |= read ? DONE : FAILED;
            interrupts.pin(true);
        }
        interrupts.message(0);
        return true;
    }

    private long add(long bytes) {
        long total = 0;
        for (long at = 0; at < bytes; at += Integer.BYTES) {
            total += Integer.toUnsignedLong(numbers.get(Layouts.LE_INT, at));
        }
        return total;
    }

    @Override
    public synchronized void reset() {
        address = 0;
        count = 0;
        sum = 0;
        status = 0;
    }

    @Override
    public void close() {
        arena.close();
    }
}
