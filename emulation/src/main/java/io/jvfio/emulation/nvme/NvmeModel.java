// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.Closing;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.InterruptKinds;
import io.jvfio.emulation.ModelInterrupts;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.emulation.ModelWorker;
import io.jvfio.emulation.MsixLayout;
import io.jvfio.emulation.PciIdentity;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The PCI function around the controller. BAR 0 has the registers, a page of doorbells, and MSI-X with a vector for the
 * admin queue and one for each pair of I/O queues.
 *
 * <p>Threads: register accesses come from any number of threads and record work; the rest is called one at a time.
 */
final class NvmeModel implements DeviceModel, RegisterPort {
    /** A vendor id that nobody has, which emulators use, and a device id of our own. */
    private static final int VENDOR = 0x1234;

    private static final int DEVICE = 0x4e56;

    private static final int BAR_SIZE = 0x4000;
    private static final int MSIX_TABLE = 0x2000;
    private static final int MSIX_PENDING = 0x3000;

    /** How many steps a run takes at most, so that a reset does not wait long. */
    private static final int STEPS = 16;

    private final ModelWorker worker;
    private final Storage storage;
    private final Arena arena = Arena.ofShared();
    private final Registers registers;
    private final Doorbells doorbells;
    private final NvmeController controller;
    private final boolean polls;

    NvmeModel(ModelSetup setup, NvmeOptions options, Storage storage) {
        this.worker = setup.worker();
        this.storage = storage;
        this.polls = options.mapped();
        Oddities oddities = new Oddities(options.oddities(), setup.clock()::nanos);
        this.registers = new Registers(oddities);
        setup.identity(PciIdentity.of(VENDOR, DEVICE)
                .withSubsystem(VENDOR, DEVICE)
                .withClass(ControllerRegisters.CLASS_CODE)
                .withExpress());
        var bar = setup.bar(0, BAR_SIZE).wide().registers(this).described(Registers.MAP);
        if (!polls) {
            bar.posted(ControllerRegisters.DOORBELLS, Integer.BYTES, 2 * (options.queues() + 1));
        }
        MemorySegment page = polls
                ? bar.memory(ControllerRegisters.DOORBELLS, Doorbells.SIZE)
                : arena.allocate(Doorbells.SIZE, Integer.BYTES);
        ModelInterrupts interrupts = setup.interrupts(
                InterruptKinds.none().withMsix(MsixLayout.of(options.queues() + 1, 0, MSIX_TABLE, MSIX_PENDING)));
        doorbells = new Doorbells(page);
        Identity identity = new Identity(VENDOR, VENDOR, storage.serial(), options.sgl());
        var controllerSetup = new NvmeController.Setup(
                identity, options.queues(), polls, setup.clock()::nanos, oddities, worker::wakeAt);
        var ports = new NvmeController.Ports(
                registers, doorbells, new DmaGuestMemory(setup.dma(), arena), interrupts::message);
        controller = new NvmeController(controllerSetup, namespaces(storage, identity, options), ports, arena);
        worker.polling(polls);
    }

    private static Namespaces namespaces(Storage storage, Identity identity, NvmeOptions options) {
        List<Namespace> all = new ArrayList<>();
        for (Media media : storage.media()) {
            int id = all.size() + 1;
            all.add(new Namespace(id, media, options.blockSize(), identity.uuid("namespace " + id)));
        }
        return new Namespaces(all);
    }

    @Override
    public long read(long offset, int width) {
        if (offset < Registers.SIZE) {
            return registers.read(offset, width);
        }
        return 0; // doorbells are write-only
    }

    @Override
    public void write(long offset, int width, long value) {
        if (offset < Registers.SIZE) {
            if (registers.write(offset, width, value)) {
                worker.wake();
            }
        } else if (offset < Registers.SIZE + Doorbells.SIZE && width >= Integer.BYTES) {
            long first = offset - Registers.SIZE;
            boolean look = doorbells.ring(first, (int) value);
            if (width == Long.BYTES) {
                look |= doorbells.ring(first + Integer.BYTES, (int) (value >>> Integer.SIZE));
            }
            if (look) {
                worker.wake();
            }
        }
    }

    @Override
    public boolean run() {
        for (int i = 0; i < STEPS; i++) {
            if (!controller.step() && (polls || !controller.rest())) {
                return i > 0;
            }
        }
        worker.wake();
        return true;
    }

    @Override
    public void reset() {
        controller.reset();
    }

    @Override
    public void close() {
        Closing steps = new Closing();
        steps.attempt(storage::close);
        steps.attempt(arena::close);
        steps.throwFirst();
    }
}
