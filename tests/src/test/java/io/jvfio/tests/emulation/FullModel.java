// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.DmaStatus;
import io.jvfio.emulation.InterruptKinds;
import io.jvfio.emulation.ModelDma;
import io.jvfio.emulation.ModelInterrupts;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.ModelWorker;
import io.jvfio.emulation.MsixLayout;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.mmio.Layouts;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.testkit.TestRegister;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A PCIe function with one of everything: a 64-bit BAR of registers with the MSI-X table and the pending bits, a BAR of
 * memory that can be mapped, a BAR of I/O ports, a ROM, and INTx, MSI and MSI-X.
 *
 * <p>Writing an address to {@link #POKE} has the worker write {@link #PATTERN} there and send the message whose number is
 * in {@link #VECTOR}.
 */
public final class FullModel implements DeviceModel, RegisterPort {
    static final int REGISTERS = 0;
    static final int MEMORY = 2;
    static final int PORTS = 3;
    static final int VECTORS = 66;
    static final int TABLE = 0x2000;
    static final int PENDING = 0x3000;
    static final int BAR_SIZE = 0x4000;
    static final int MEMORY_SIZE = 0x4000;
    static final int MAPPED_OFFSET = 0x1000;
    static final long MAGIC = 0x6d656d6fL;
    public static final TestRegister MAPPED = new TestRegister(MEMORY, MAPPED_OFFSET + 8, 4);

    static final int SCRATCH = 0x00;
    static final int PIN = 0x08;
    static final int MESSAGE = 0x10;
    static final int VECTOR = 0x18;
    static final int POKE = 0x20;
    static final int LAST_STATUS = 0x28;
    static final int RUNS = 0x30;
    static final int FAIL = 0x38;
    static final int REFUSE = 0x40;
    static final int CARELESS_OFFSET = 0x70;

    /** Gives all its bits and takes all bits, whatever the width. */
    public static final TestRegister CARELESS = new TestRegister(REGISTERS, CARELESS_OFFSET, 8);

    private static final List<DmaStatus> STATUSES = List.of(DmaStatus.values());

    static final long PATTERN = 0x1122_3344_5566_7788L;

    private final ModelInterrupts interrupts;
    private final ModelDma dma;
    private final ModelWorker worker;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment word = arena.allocate(Layouts.LE_LONG);
    private final AtomicLongArray values = new AtomicLongArray(16);

    FullModel(ModelSetup setup) {
        setup.identity(PciIdentity.of(0x1234, 0x0f11)
                .withClass(0x08_8000)
                .withRevision(3)
                .withExpress());
        setup.bar(REGISTERS, BAR_SIZE).wide().registers(this);
        setup.bar(MEMORY, MEMORY_SIZE)
                .prefetchable()
                .memory(MAPPED_OFFSET, MEMORY_SIZE - MAPPED_OFFSET)
                .set(Layouts.LE_INT, 8, (int) MAGIC);
        setup.bar(PORTS, 0x20).ports().registers(this);
        setup.rom(MemorySegment.ofArray(new byte[] {0x55, (byte) 0xaa, 1, 2, 3}));
        interrupts = setup.interrupts(
                InterruptKinds.none().withPin().withMsi(4).withMsix(MsixLayout.of(VECTORS, REGISTERS, TABLE, PENDING)));
        dma = setup.dma();
        worker = setup.worker();
    }

    @Override
    public long read(long offset, int width) {
        long value = (offset & -8) < 8L * values.length() ? values.get((int) offset >> 3) : 0;
        return offset == CARELESS_OFFSET ? value : value >>> (offset & 7) * 8 & -1L >>> 64 - width * 8;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (offset >= 8L * values.length()) {
            return;
        }
        values.set((int) offset >> 3, value);
        switch ((int) offset) {
            case PIN -> interrupts.pin(value != 0);
            case MESSAGE -> interrupts.message((int) value);
            case POKE, FAIL -> worker.wake();
            case REFUSE -> throw new IllegalArgumentException("not here");
            default -> {
                // Kept, no more.
            }
        }
    }

    /** What {@link #LAST_STATUS} means. */
    static DmaStatus status(long register) {
        return STATUSES.get((int) register - 1);
    }

    @Override
    public boolean run() {
        values.incrementAndGet(RUNS >> 3);
        if (values.get(FAIL >> 3) != 0) {
            throw new IllegalStateException("as asked for");
        }
        long address = values.getAndSet(POKE >> 3, 0);
        if (address != 0) {
            word.set(Layouts.LE_LONG, 0, PATTERN);
            DmaStatus status = dma.write(address, word);
            values.set(LAST_STATUS >> 3, STATUSES.indexOf(status) + 1L);
            interrupts.message((int) values.get(VECTOR >> 3));
        }
        return address != 0;
    }

    @Override
    public void reset() {
        for (int i = 0; i < values.length(); i++) {
            values.set(i, 0);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
