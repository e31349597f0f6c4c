// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import static io.jvfio.driver.nvme.spec.ControllerRegisters.ASQ;
import static io.jvfio.driver.nvme.spec.ControllerRegisters.DOORBELLS;

import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.iommu.DmaMapping;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;

/**
 * An NVMe model whose I/O queues complete every command when their doorbell rings, on the thread that rings: what a command
 * costs then is the driver's. The model below does all that concerns the admin queue. Its doorbells must be trapped.
 *
 * <p>Threads: for a driver with one thread.
 */
final class InstantController extends ForwardingDevice {
    private static final int BAR = 0;
    private static final int QUEUES = 64;

    private final Ring[] submissions = new Ring[QUEUES];
    private final Ring[] completions = new Ring[QUEUES];
    private final int[] completionOf = new int[QUEUES];
    private long adminAddress;
    private int adminTail;
    private long doorbells;

    InstantController(VfioDevice below) {
        super(below);
    }

    /** How often a doorbell of a submission queue of I/O was rung. */
    long doorbells() {
        return doorbells;
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        return Optional.empty();
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return Optional.empty();
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        if (region == BAR && offset >= DOORBELLS) {
            int doorbell = (int) (offset - DOORBELLS) / Integer.BYTES;
            if (doorbell >= 2) {
                ring(doorbell, (int) value);
                return;
            }
            if (doorbell == 0) {
                lookAtAdmin((int) value);
            }
        } else if (region == BAR && offset == ASQ.offset()) {
            adminAddress = width == Long.BYTES ? value : adminAddress & ~0xffff_ffffL | value;
        } else if (region == BAR && offset == ASQ.offset() + Integer.BYTES) {
            adminAddress = adminAddress & 0xffff_ffffL | value << Integer.SIZE;
        }
        super.writeRegister(region, offset, width, value);
    }

    private void ring(int doorbell, int value) {
        int queue = doorbell / 2;
        if (doorbell % 2 == 0) {
            doorbells++;
            complete(submission(queue), completion(completionOf[queue]), queue, value);
        }
    }

    private Ring submission(int queue) {
        return Objects.requireNonNull(submissions[queue], "no such queue");
    }

    private Ring completion(int queue) {
        return Objects.requireNonNull(completions[queue], "no such queue");
    }

    private static void complete(Ring from, Ring to, int queue, int tail) {
        while (from.index != tail) {
            int id = SubmissionEntry.CID.of(from.memory, from.base + ((long) from.index << SubmissionEntry.SIZE_SHIFT));
            from.advance();
            long entry = to.base + ((long) to.index << CompletionEntry.SIZE_SHIFT);
            CompletionEntry.DW0.set(to.memory, entry, 0);
            CompletionEntry.SQHD.set(to.memory, entry, from.index);
            CompletionEntry.SQID.set(to.memory, entry, queue);
            CompletionEntry.publish(to.memory, entry, CompletionEntry.dw3(id, 0, to.phase));
            to.advance();
        }
    }

    /** Takes the addresses of I/O queues from the commands that create them. */
    private void lookAtAdmin(int tail) {
        MemorySegment memory = memory(adminAddress);
        for (; adminTail != tail; adminTail++) {
            // The admin queue wraps long after the benchmark's few commands, or the driver made it anew.
            if (adminTail > tail) {
                adminTail = 0;
            }
            long entry = offset(adminAddress) + ((long) adminTail << SubmissionEntry.SIZE_SHIFT);
            int opcode = SubmissionEntry.OPCODE.of(memory, entry);
            if (opcode == AdminOpcode.CREATE_CQ || opcode == AdminOpcode.CREATE_SQ) {
                int words = SubmissionEntry.CDW10.of(memory, entry);
                int queue = AdminCommand.QUEUE_ID.of(words);
                Ring ring = new Ring(
                        memory(SubmissionEntry.PRP1.of(memory, entry)),
                        offset(SubmissionEntry.PRP1.of(memory, entry)),
                        AdminCommand.QUEUE_SIZE.of(words) + 1);
                if (opcode == AdminOpcode.CREATE_CQ) {
                    completions[queue] = ring;
                } else {
                    submissions[queue] = ring;
                    completionOf[queue] = AdminCommand.SQ_CQID.of(SubmissionEntry.CDW11.of(memory, entry));
                }
            }
        }
    }

    private MemorySegment memory(long iova) {
        return Objects.requireNonNull(mapping(iova).source().local(), "memory of this process");
    }

    private long offset(long iova) {
        return iova - mapping(iova).iova();
    }

    private DmaMapping mapping(long iova) {
        return Objects.requireNonNull(below().addressSpace().mappings().find(iova), "a mapped queue");
    }

    /** A queue's memory and where the controller is in it. */
    private static final class Ring {
        private final MemorySegment memory;
        private final long base;
        private final int entries;
        private int index;
        private int phase = 1;

        Ring(MemorySegment memory, long base, int entries) {
            this.memory = memory;
            this.base = base;
            this.entries = entries;
        }

        void advance() {
            if (++index == entries) {
                index = 0;
                phase ^= 1;
            }
        }
    }
}
