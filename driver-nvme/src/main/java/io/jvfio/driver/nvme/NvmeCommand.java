// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.data.CommandFields;
import io.jvfio.driver.nvme.data.DescriptorPages;
import io.jvfio.driver.nvme.spec.DatasetRange;
import io.jvfio.driver.nvme.spec.IoCommand;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.ScatterList;

/**
 * A command of an I/O queue: {@link IoQueue#take taken} from the queue, filled, posted, and free again when it is complete.
 * The objects are the queue's and are used again, so that commands cost no allocation.
 *
 * <p>{@snippet :
 * NvmeCommand command = queue.take();
 * if (command != null) {
 *     command.read(namespace, lba, 8).data(buffer, 0).tag(lba).post();
 * }
 * }
 *
 * <p>Methods that fill a command throw {@link IllegalStateException} if it is not taken.
 *
 * <p>Threads: the queue's.
 */
public final class NvmeCommand {
    private enum State {
        FREE,
        TAKEN,
        /** In the submission queue, and the controller was not told. */
        POSTED,
        /** With the controller. */
        TOLD,
        /** With the controller, out of time, and to be aborted. */
        ABORTING,
        /** Not with the controller, to be posted again. */
        POSTPONED
    }

    private final IoQueue queue;
    private final QueueTerms terms;
    private final DescriptorPages lists;
    private final ScatterList data = new ScatterList();
    private final CommandFields fields = new CommandFields();

    private State state = State.FREE;
    private int attempts;
    private int failures;
    private long expectedBytes;
    private long tag;
    private long toldAt;
    private long deadline;
    private long completedAt;
    private int status;
    private int result;

    /** A free command, with an identifier under which it was not posted yet. */
    NvmeCommand(IoQueue queue, QueueTerms terms, DescriptorPages lists, int cid) {
        this.queue = queue;
        this.terms = terms;
        this.lists = lists;
        fields.cid(cid);
    }

    /**
     * Makes it a read. It needs {@link #data}.
     *
     * @param lba the first block
     * @param blocks 1 to 65536, and no more than the controller transfers at once
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     * @throws IllegalArgumentException if it is not a namespace of this controller, or they are too many blocks
     */
    public NvmeCommand read(Namespace namespace, long lba, int blocks) {
        transfer(IoOpcode.READ, namespace, lba, blocks);
        return this;
    }

    /**
     * Makes it a write. It needs {@link #data}.
     *
     * @param lba the first block
     * @param blocks 1 to 65536, and no more than the controller transfers at once
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     * @throws IllegalArgumentException if it is not a namespace of this controller, or they are too many blocks
     */
    public NvmeCommand write(Namespace namespace, long lba, int blocks) {
        transfer(IoOpcode.WRITE, namespace, lba, blocks);
        return this;
    }

    /**
     * Makes it a comparison of blocks with {@link #data}; what differs ends it with {@link StatusCode#COMPARE_FAILURE}.
     *
     * @param lba the first block
     * @param blocks 1 to 65536, and no more than the controller transfers at once
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     * @throws IllegalArgumentException if it is not a namespace of this controller, or they are too many blocks
     */
    public NvmeCommand compare(Namespace namespace, long lba, int blocks) {
        transfer(IoOpcode.COMPARE, namespace, lba, blocks);
        return this;
    }

    /**
     * Makes it a write of zeroes, which has no data.
     *
     * @param lba the first block
     * @param blocks 1 to 65536
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     * @throws IllegalArgumentException if it is not a namespace of this controller, or they are too many blocks
     */
    public NvmeCommand writeZeroes(Namespace namespace, long lba, int blocks) {
        blocks(IoOpcode.WRITE_ZEROES, namespace, lba, blocks);
        return this;
    }

    /**
     * Makes it a check of the media, without data.
     *
     * @param lba the first block
     * @param blocks 1 to 65536
     * @throws IndexOutOfBoundsException if the namespace does not have these blocks
     * @throws IllegalArgumentException if it is not a namespace of this controller, or they are too many blocks
     */
    public NvmeCommand verify(Namespace namespace, long lba, int blocks) {
        blocks(IoOpcode.VERIFY, namespace, lba, blocks);
        return this;
    }

    /**
     * Makes it a flush: what was completed before it is on the media when it is complete.
     *
     * @throws IllegalArgumentException if it is not a namespace of this controller
     */
    public NvmeCommand flush(Namespace namespace) {
        fill(IoOpcode.FLUSH, namespace);
        return this;
    }

    /**
     * Makes it a deallocation of ranges, which are its {@link #data}: an array of
     * {@link io.jvfio.driver.nvme.spec.DatasetRange}.
     *
     * @param ranges how many, 1 to 256
     * @throws IllegalArgumentException if it is not a namespace of this controller, or they are too many ranges
     */
    public NvmeCommand deallocate(Namespace namespace, int ranges) {
        if (ranges < 1 || ranges > IoCommand.MAX_RANGES) {
            throw new IllegalArgumentException(ranges + " ranges are not 1 to " + IoCommand.MAX_RANGES);
        }
        fill(IoOpcode.DATASET_MANAGEMENT, namespace);
        fields.cdw10(IoCommand.RANGES.set(0, ranges - 1));
        fields.cdw11(IoCommand.DEALLOCATE_RANGES.set(0, 1));
        expectedBytes = (long) ranges * DatasetRange.SIZE;
        return this;
    }

    /**
     * Gives it its data in a buffer, as many bytes as the command moves: say what the command is first.
     *
     * @param offset where the data starts in the buffer, in bytes
     * @throws IndexOutOfBoundsException if these bytes are not inside the buffer
     * @throws IllegalStateException if the buffer is closed
     */
    public NvmeCommand data(DmaBuffer buffer, long offset) {
        checkTaken();
        data.clear().add(buffer, offset, expectedBytes);
        return this;
    }

    /** Gives it its data in parts; their sum is what the command moves. The list is copied. */
    public NvmeCommand data(ScatterList parts) {
        checkTaken();
        data.clear().add(parts);
        return this;
    }

    /** Has a read come from, or a write go to, the media itself and not a volatile cache. */
    public NvmeCommand forceUnitAccess() {
        checkTaken();
        if (fields.opcode() != IoOpcode.READ && fields.opcode() != IoOpcode.WRITE) {
            throw new IllegalStateException(IoOpcode.name(fields.opcode()) + " cannot be forced to the media");
        }
        fields.cdw12(IoCommand.FORCE_UNIT_ACCESS.set(fields.cdw12(), 1));
        return this;
    }

    /** Gives it a number of the user's own. */
    public NvmeCommand tag(long number) {
        checkTaken();
        tag = number;
        return this;
    }

    /**
     * Puts it into the submission queue. The controller sees it after {@link IoQueue#ring}. Neither blocks nor allocates.
     *
     * @throws IllegalStateException if the data is not what the command moves, or the controller cannot be used
     * @throws IllegalArgumentException if the controller takes no description of the data; the command is still taken
     */
    public void post() {
        checkTaken();
        if (data.size() != expectedBytes) {
            throw new IllegalStateException(
                    this + " moves " + Hex.of(expectedBytes) + " bytes, and its data is " + data);
        }
        queue.post(this);
    }

    /** Gives it back to the queue without having posted it. */
    public void release() {
        checkTaken();
        queue.release(this);
    }

    /** The user's number, 0 unless {@link #tag(long)} was called. */
    public long tag() {
        return tag;
    }

    /** Which command it is, of {@link IoOpcode}. */
    public int opcode() {
        return fields.opcode();
    }

    /** The first block; of a command that has blocks. */
    public long lba() {
        return Integer.toUnsignedLong(fields.cdw10()) | (long) fields.cdw11() << Integer.SIZE;
    }

    /** Whether it was done. */
    public boolean succeeded() {
        return status == 0;
    }

    /**
     * How it ended, as {@link StatusCode} explains it: 0 for success. A command that the controller did not answer in time
     * ends with {@link StatusCode#ABORT_REQUESTED}, or {@link StatusCode#ABORTED_SQ_DELETION} if it took a reset.
     */
    public int status() {
        return status;
    }

    /** Dword 0 of its completion. */
    public int result() {
        return result;
    }

    /**
     * How long it took from when the controller was told of it, as {@link IoQueue#ring} does, to its completion being seen,
     * tries and all, in nanoseconds.
     */
    public long nanos() {
        return completedAt - toldAt;
    }

    /** How often it was tried, 1 if there was no error. */
    public int attempts() {
        return attempts;
    }

    /**
     * Throws if it failed.
     *
     * @throws CommandFailedException with the status
     */
    public void check() {
        if (status != 0) {
            throw failure();
        }
    }

    CommandFailedException failure() {
        return new CommandFailedException(IoOpcode.name(fields.opcode()), status, subject() + ", " + queue);
    }

    /** {@code Read of blocks 0x100 to 0x107 of namespace 1}. */
    @Override
    public String toString() {
        return IoOpcode.name(fields.opcode()) + " of " + subject();
    }

    /** The identifier under which it was posted last. */
    int cid() {
        return fields.cid();
    }

    /** It is given to the user. */
    void taken() {
        state = State.TAKEN;
        data.clear();
        expectedBytes = 0;
        tag = 0;
        attempts = 0;
        failures = 0;
    }

    /** It was given back unposted. */
    void released() {
        state = State.FREE;
    }

    /**
     * It is put into the submission queue, for the first time or once more. The first time describes its data.
     *
     * @param cid its identifier for this try
     * @return what to put there
     * @throws IllegalArgumentException if the data cannot be described; nothing has changed then
     */
    CommandFields posted(int cid) {
        if (attempts == 0 && expectedBytes > 0) {
            queue.description().describe(data, lists, fields);
        }
        attempts++;
        state = State.POSTED;
        return fields.cid(cid);
    }

    /** The controller is told of it, which starts its clock; until when it may take. */
    void told(long now, long until) {
        if (attempts == 1) {
            toldAt = now;
        }
        deadline = until;
        state = State.TOLD;
    }

    /** It was out of time, and is given some more to be aborted in. */
    void aborting(long until) {
        deadline = until;
        state = State.ABORTING;
    }

    /** A try has failed; how many have, but for those that only came too early. */
    int failed(int failedStatus) {
        if (!Retries.notReady(failedStatus)) {
            failures++;
        }
        return failures;
    }

    /** Describes its data by pages, if the controller did not take an SGL and that can be done; whether it was. */
    boolean describeByPages() {
        return terms.description().describeByPages(data, lists, fields);
    }

    /** It is to be tried again at a time. */
    void postponed(long until) {
        deadline = until;
        state = State.POSTPONED;
    }

    boolean isPostponed() {
        return state == State.POSTPONED;
    }

    /** Whether its time has come, or is over. */
    boolean isDue(long now) {
        return now - deadline >= 0;
    }

    /** When the controller was told of it first. */
    long toldAt() {
        return toldAt;
    }

    /** It has ended. */
    void completed(int completionStatus, int completionResult, long now) {
        status = completionStatus;
        result = completionResult;
        completedAt = now;
        state = State.FREE;
    }

    /** Whether the controller has it. */
    boolean isTold() {
        return state == State.TOLD || isAborting();
    }

    boolean isAborting() {
        return state == State.ABORTING;
    }

    boolean isOverdue(long now) {
        return isTold() && isDue(now);
    }

    private void transfer(int opcode, Namespace namespace, long lba, int blocks) {
        blocks(opcode, namespace, lba, blocks);
        expectedBytes = (long) blocks * namespace.info().blockSize();
        if (expectedBytes > terms.maxTransfer()) {
            throw new IllegalArgumentException(blocks + " blocks are more than the " + Hex.of(terms.maxTransfer())
                    + " bytes that one command can move");
        }
    }

    private void blocks(int opcode, Namespace namespace, long lba, int blocks) {
        NamespaceInfo info = namespace.info();
        info.requireUsable();
        if (blocks < 1 || blocks > 1 << 16) {
            throw new IllegalArgumentException(blocks + " blocks are not 1 to 65536");
        }
        if (lba < 0 || lba > info.blocks() - blocks) {
            throw new IndexOutOfBoundsException(
                    "blocks " + Hex.of(lba) + " to " + Hex.of(lba + blocks - 1) + " are not inside the "
                            + Hex.of(info.blocks()) + " of namespace " + Integer.toUnsignedString(info.id()));
        }
        fill(opcode, namespace);
        fields.cdw10((int) lba);
        fields.cdw11((int) (lba >>> Integer.SIZE));
        fields.cdw12(IoCommand.BLOCKS.set(0, blocks - 1));
    }

    private void fill(int opcode, Namespace namespace) {
        checkTaken();
        queue.requireOwner(namespace);
        fields.clear(opcode, namespace.id());
        data.clear();
        expectedBytes = 0;
    }

    private void checkTaken() {
        if (state != State.TAKEN) {
            throw new IllegalStateException("the command is " + state + ", not taken from its queue");
        }
    }

    private String subject() {
        String namespace = "namespace " + Integer.toUnsignedString(fields.nsid());
        return switch (fields.opcode()) {
            case IoOpcode.FLUSH, IoOpcode.DATASET_MANAGEMENT -> namespace;
            default -> {
                long last = lba() + IoCommand.BLOCKS.of(fields.cdw12());
                yield "blocks " + Hex.of(lba()) + " to " + Hex.of(last) + " of " + namespace;
            }
        };
    }
}
