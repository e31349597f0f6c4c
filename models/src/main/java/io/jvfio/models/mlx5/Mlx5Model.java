// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.InterruptKinds;
import io.jvfio.emulation.ModelInterrupts;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.ModelWorker;
import io.jvfio.emulation.MsixLayout;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.emulation.RegisterMap;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.MlxFunction;
import io.jvfio.vendor.mlx.spec.Uar;
import java.lang.foreign.Arena;

/**
 * The PCI function. BAR 0 has the initialization segment, MSI-X, and from page {@link Resources#FIRST_UAR} on the pages
 * of doorbells.
 *
 * <p>Threads: register accesses come from any number of threads and record work; the rest is called one at a time.
 */
final class Mlx5Model implements DeviceModel, RegisterPort {
    private static final long BAR_SIZE = 4 << 20;
    private static final int MSIX_TABLE = 0x8000;
    private static final int MSIX_PENDING = 0xa000;
    private static final int FIRST_UAR = Resources.FIRST_UAR * Uar.SIZE;
    private static final int ETHERNET = 0x02_0000;
    private static final int INFINIBAND = 0x02_0700;

    /** Some board of Mellanox. */
    private static final int SUBSYSTEM = 0x0016;

    private final ModelWorker worker;
    private final Arena arena = Arena.ofShared();
    private final Registers registers;
    private final Hca hca;

    Mlx5Model(ModelSetup setup, Mlx5Options options) {
        worker = setup.worker();
        setup.identity(PciIdentity.of(MlxFunction.VENDOR, options.device())
                .withSubsystem(MlxFunction.VENDOR, SUBSYSTEM)
                .withClass(options.ethernet() ? ETHERNET : INFINIBAND)
                .withExpress());
        setup.bar(0, BAR_SIZE).wide().prefetchable().registers(this).described(registerMap());
        ModelInterrupts interrupts = setup.interrupts(
                InterruptKinds.none().withMsix(MsixLayout.of(options.vectors(), 0, MSIX_TABLE, MSIX_PENDING)));
        registers = new Registers(options, setup.clock());
        hca = new Hca(setup, options, registers, interrupts::message, arena, BAR_SIZE);
    }

    /** Every width at every byte of the segment; doorbells can only be written. */
    private static RegisterMap registerMap() {
        int any = RegisterMap.ANY_WIDTH;
        int doorbells = Integer.BYTES | Long.BYTES;
        return RegisterMap.NONE
                .with("FIRMWARE", InitSegment.FIRMWARE.offset(), 4, any, 0)
                .with("INTERFACE", InitSegment.INTERFACE.offset(), 4, any, 0)
                .with("QUEUE_HIGH", InitSegment.QUEUE_HIGH.offset(), 4, any, any)
                .with("QUEUE_LOW", InitSegment.QUEUE_LOW.offset(), 4, any, any)
                .with("DOORBELL", InitSegment.DOORBELL.offset(), 4, 0, any)
                .with("INITIALIZING", InitSegment.INITIALIZING.offset(), 4, any, 0)
                .with("HEALTH", InitSegment.HEALTH, 0x40, any, 0)
                .with("COMMAND_TIMEOUT", InitSegment.COMMAND_TIMEOUT.offset(), 4, any, 0)
                .with("QUEUE_TIMEOUT", InitSegment.QUEUE_TIMEOUT.offset(), 4, any, 0)
                .with("TIMER_HIGH", InitSegment.TIMER_HIGH.offset(), 4, any, 0)
                .with("TIMER_LOW", InitSegment.TIMER_LOW.offset(), 4, any, 0)
                .with("HEARTBEAT", InitSegment.HEARTBEAT.offset(), 4, any, 0)
                .with("REAL_TIME_HIGH", InitSegment.REAL_TIME_HIGH.offset(), 4, any, 0)
                .with("REAL_TIME_LOW", InitSegment.REAL_TIME_LOW.offset(), 4, any, 0)
                .with("UAR", FIRST_UAR, BAR_SIZE - FIRST_UAR, 0, doorbells);
    }

    @Override
    public long read(long offset, int width) {
        return offset < InitSegment.SIZE ? registers.read(offset, width) : 0; // doorbells are write-only
    }

    @Override
    public void write(long offset, int width, long value) {
        boolean look = offset >= FIRST_UAR
                ? hca.doorbells().store(offset, width, value)
                : offset < InitSegment.SIZE && registers.write(offset, width, value);
        if (look) {
            worker.wake();
        }
    }

    @Override
    public boolean run() {
        boolean did = hca.step();
        long due = hca.due();
        if (due != Long.MAX_VALUE) {
            worker.wakeAt(due);
        }
        if (did) {
            worker.wake();
        }
        return did;
    }

    @Override
    public void reset() {
        registers.reset();
        hca.forget();
    }

    @Override
    public void close() {
        hca.forget();
        arena.close();
    }
}
