// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A controller with namespaces, and what a driver has: memory, queues and a way to the registers. Stepped. */
class Rig implements AutoCloseable {
    static final long RAM = 0x10_0000_0000L;
    static final long RAM_SIZE = 16 << 20;
    static final long DATA = RAM + (8 << 20);
    static final long END = RAM + RAM_SIZE;
    static final int PAIRS = 4;
    static final int ADMIN_ENTRIES = 32;
    static final int IO_ENTRIES = 64;
    static final long NAMESPACE_SIZE = 4 << 20;
    private static final int STEPS = 10_000;

    /** A completion. */
    record Done(int cid, int sqid, int sqhd, int result, int status) {
        StatusCode code() {
            return StatusCode.of(status).orElseThrow();
        }
    }

    final Arena arena = Arena.ofShared();
    final FlatMemory memory = new FlatMemory(RAM, arena.allocate(RAM_SIZE, 4096));
    final Registers registers = new Registers();
    final Doorbells doorbells = new Doorbells(arena.allocate(Doorbells.SIZE, 8));
    final List<Integer> raised = new ArrayList<>();
    final List<Namespace> namespaces = new ArrayList<>();
    final NvmeController controller;
    private final boolean ownsMedia;
    long now;
    Pair admin = new Pair(0, ADMIN_ENTRIES);

    Rig() {
        this(2, false);
    }

    Rig(int namespaceCount, boolean mapped) {
        this(memories(namespaceCount), mapped, true);
    }

    /** One namespace on media that are the caller's. */
    Rig(Media media) {
        this(List.of(media), false, false);
    }

    private Rig(List<Media> media, boolean mapped, boolean ownsMedia) {
        Identity identity = new Identity(0x1234, 0x5678, "SERIAL", true);
        for (Media each : media) {
            int id = namespaces.size() + 1;
            namespaces.add(new Namespace(id, each, 512, identity.uuid("namespace " + id)));
        }
        this.ownsMedia = ownsMedia;
        controller = new NvmeController(
                new NvmeController.Setup(identity, PAIRS, mapped, () -> now),
                new Namespaces(namespaces),
                new NvmeController.Ports(registers, doorbells, memory, raised::add),
                arena);
    }

    private static List<Media> memories(int count) {
        List<Media> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(MappedMedia.memory(SystemCalls.linux(), NAMESPACE_SIZE));
        }
        return all;
    }

    /** A pair of queues as a driver has it. */
    final class Pair {
        final int id;
        final int size;
        final long sq;
        final long cq;
        int tail;
        int head;
        int phase = 1;

        Pair(int id, int size) {
            this.id = id;
            this.size = size;
            this.sq = RAM + 0x40000L * (id + 1);
            this.cq = sq + 0x20000;
            memory.at(cq, 16L * size).fill((byte) 0);
        }

        void put(Sqe command) {
            memory.at(sq + 64L * tail, SubmissionEntry.SIZE).copyFrom(command.entry());
            tail = (tail + 1) % size;
        }

        void ring() {
            doorbell(8L * id, tail);
        }

        /** The completions that are new; the controller is told that they are taken. */
        List<Done> reap() {
            List<Done> result = new ArrayList<>();
            while (true) {
                MemorySegment entry = memory.at(cq + 16L * head, CompletionEntry.SIZE);
                int word = CompletionEntry.STATUS_WORD.of(entry);
                if (CompletionEntry.PHASE.of(word) != phase) {
                    break;
                }
                result.add(new Done(
                        CompletionEntry.CID.of(entry),
                        CompletionEntry.SQID.of(entry),
                        CompletionEntry.SQHD.of(entry),
                        CompletionEntry.DW0.of(entry),
                        CompletionEntry.STATUS.of(word)));
                head++;
                if (head == size) {
                    head = 0;
                    phase ^= 1;
                }
            }
            if (!result.isEmpty()) {
                doorbell(8L * id + 4, head);
            }
            return result;
        }

        Done run(Sqe command) {
            put(command);
            ring();
            settle();
            List<Done> done = reap();
            assertThat(done).as("completions").hasSize(1);
            return done.get(0);
        }

        StatusCode status(Sqe command) {
            return run(command).code();
        }
    }

    void doorbell(long offset, int value) {
        doorbells.ring(offset, value);
    }

    void settle() {
        for (int i = 0; i < STEPS; i++) {
            if (!controller.step()) {
                return;
            }
        }
        throw new AssertionError("the controller does not come to rest");
    }

    void write(long offset, int value) {
        registers.write(offset, 4, value);
    }

    int csts() {
        return (int) registers.read(ControllerRegisters.CSTS.offset(), 4);
    }

    /** Brings the controller up with admin queues. */
    Rig enable() {
        return enable(0);
    }

    /** As {@link #enable()}, with pages of 4096 bytes shifted left. */
    Rig enable(int pageShift) {
        admin = new Pair(0, ADMIN_ENTRIES);
        write(ControllerRegisters.AQA.offset(), ADMIN_ENTRIES - 1 | ADMIN_ENTRIES - 1 << 16);
        registers.write(ControllerRegisters.ASQ.offset(), 8, admin.sq);
        registers.write(ControllerRegisters.ACQ.offset(), 8, admin.cq);
        write(ControllerRegisters.CC.offset(), 4 << 20 | 6 << 16 | pageShift << 7 | 1);
        settle();
        assertThat(csts()).isEqualTo(1);
        return this;
    }

    void disable() {
        write(ControllerRegisters.CC.offset(), 4 << 20 | 6 << 16);
        settle();
        assertThat(csts()).isZero();
    }

    /** Makes a pair of I/O queues that interrupts by the vector of its number. */
    Pair pair(int id) {
        return pair(id, IO_ENTRIES);
    }

    Pair pair(int id, int size) {
        Pair pair = new Pair(id, size);
        assertThat(admin.status(createCq(pair, id))).isEqualTo(StatusCode.SUCCESS);
        assertThat(admin.status(createSq(pair, id))).isEqualTo(StatusCode.SUCCESS);
        return pair;
    }

    static Sqe createCq(Pair pair, int vector) {
        return Sqe.of(AdminOpcode.CREATE_CQ)
                .prp(pair.cq, 0)
                .cdw10(pair.id | pair.size - 1 << 16)
                .cdw11(vector << 16 | 3);
    }

    static Sqe createSq(Pair pair, int cqid) {
        return Sqe.of(AdminOpcode.CREATE_SQ)
                .prp(pair.sq, 0)
                .cdw10(pair.id | pair.size - 1 << 16)
                .cdw11(cqid << 16 | 1);
    }

    static Sqe getFeature(int id, int select) {
        return Sqe.of(AdminOpcode.GET_FEATURES).cdw10(AdminCommand.FEATURE_SELECT.set(id, select));
    }

    static Sqe setFeature(int id, int value) {
        return Sqe.of(AdminOpcode.SET_FEATURES).cdw10(id).cdw11(value);
    }

    static Sqe log(int page, int bytes) {
        return Sqe.of(AdminOpcode.GET_LOG_PAGE)
                .cdw10(page | bytes / 4 - 1 << 16)
                .prp(DATA, DATA + 4096);
    }

    MemorySegment data(long length) {
        return memory.at(DATA, length);
    }

    @Override
    public void close() {
        if (ownsMedia) {
            namespaces.forEach(each -> each.media().close());
        }
        arena.close();
    }
}
