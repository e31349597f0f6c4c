// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Errno;
import io.jvfio.vendor.mlx.spec.GeneralCapability;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;

/**
 * A function that has been brought up: commands, events, queues. Closing it destroys what it made in the reverse order,
 * takes all pages back and leaves the function as it was found; if the firmware does not answer any more the function
 * is reset.
 *
 * <p>Threads: thread-safe; one operation at a time. Commands block until the firmware has done them.
 */
public final class Hca implements AutoCloseable {
    private final HcaChannel channel;
    private final FirmwarePages pages;
    private final HcaEvents events;
    private final Teardown teardown;
    private final MemorySegment capabilities;
    private final String psid;
    private volatile boolean closed;

    Hca(
            HcaChannel channel,
            FirmwarePages pages,
            HcaEvents events,
            Teardown teardown,
            MemorySegment capabilities,
            String psid) {
        this.channel = channel;
        this.pages = pages;
        this.events = events;
        this.teardown = teardown;
        this.capabilities = capabilities;
        this.psid = psid;
    }

    /**
     * Brings a function up until it tells events by interrupt. Takes the time of some thirty commands, and up to two
     * minutes if the firmware has to start first.
     *
     * @param access the function; borrowed until the result is closed
     * @param options how
     * @return the function, owned by the caller
     * @throws MlxException with EBUSY if somebody else drives it, EINVAL if it is no function that can be driven,
     *     ETIMEDOUT if the firmware does not answer, EIO if it failed; the function is as it was then, or has been
     *     reset
     * @throws CommandFailedException if the firmware refuses a command; as above
     */
    public static Hca bringUp(MlxAccess access, BringUpOptions options) {
        return new BringUp(access, options).run();
    }

    /** What the function can do, as it is set: see {@link GeneralCapability}. */
    public MemorySegment capabilities() {
        return capabilities.asReadOnly();
    }

    /** The value of a general capability. */
    public int capability(GeneralCapability capability) {
        return capability.of(capabilities);
    }

    /** The name of the board. */
    public String psid() {
        return psid;
    }

    /** How many pages the firmware has. */
    public synchronized int pages() {
        return pages.count();
    }

    /** How many vectors there are. */
    public synchronized int vectors() {
        return events.vectors();
    }

    /** How the function is. That its firmware has stopped is seen only by who asks again and again. */
    public MlxHealth health() {
        return channel.health().look();
    }

    /**
     * Runs a command.
     *
     * @param input the whole command with its opcode, 16 bytes or more
     * @param outputLength bytes, 16 or more
     * @return the output
     * @throws CommandFailedException if the firmware refuses it
     * @throws MlxException if it was not delivered or not completed
     */
    public synchronized byte[] command(byte[] input, int outputLength) {
        requireOpen();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(input.length, Long.BYTES);
            MemorySegment.copy(input, 0, copy, ValueLayout.JAVA_BYTE, 0, input.length);
            return channel.run(arena, copy, outputLength).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Waits for events and answers the firmware's requests for pages. Call it now and then: nobody else does.
     *
     * @param timeout how long at most
     * @return what else there was, maybe nothing
     * @throws MlxException if the function failed
     */
    public synchronized List<MlxEvent> process(Duration timeout) {
        requireOpen();
        if (!events.drain() && !events.hasKept()) {
            events.await(timeout);
        }
        MlxHealth health = health();
        if (health.isFatal()) {
            throw new MlxException("health", Errno.EIO, channel.access().name(), health.text());
        }
        return events.take();
    }

    /**
     * Makes a completion queue with a send queue that does nothing: the first piece of a data path.
     *
     * @param logSize entries of both, log2, 0 to 12
     * @return the queues, destroyed by their close or this function's
     */
    public synchronized NopQueue createNopQueue(int logSize) {
        requireOpen();
        NopQueue made = new NopQueue(this, channel, events.ofCompletions(teardown), logSize);
        events.add(made.completions());
        teardown.later(made::destroy);
        return made;
    }

    /** The queues are no more. */
    synchronized void forget(NopQueue made) {
        events.remove(made.completions());
    }

    /** Waits until a completion queue's event came, or the time is over. */
    synchronized void awaitCompletion(CompletionQueue queue, Duration timeout) {
        requireOpen();
        events.await(queue, timeout);
    }

    /** Whether it has not been closed. */
    boolean isOpen() {
        return !closed;
    }

    /** The function was reset by somebody: it has forgotten all, and nothing can be asked of it any more. */
    void lost() {
        channel.lost();
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the HCA of " + channel.access().name() + " is closed");
        }
    }

    /**
     * Destroys what was made, takes all pages back and stops the function. If the firmware fails at that, the function
     * is reset and the failure told.
     */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            teardown.run();
        }
    }

    /** Board and function. */
    @Override
    public String toString() {
        return psid + " in " + channel.name();
    }
}
