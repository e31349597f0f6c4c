// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.vfiouser.protocol.DmaAccess;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;

/**
 * Reads the answers to this side's commands from the socket that they have for themselves.
 *
 * <p>Threads: thread-safe.
 */
final class TwinReader implements AutoCloseable {
    private final MessageChannel channel;
    private final DmaMessages dma;
    private final Runnable onEnd;
    private final Message incoming = new Message(MessageChannel.MOST_DATA + DmaAccess.SIZE);
    private final Thread thread;

    private TwinReader(String name, MessageChannel channel, DmaMessages dma, Runnable onEnd) {
        this.channel = channel;
        this.dma = dma;
        this.onEnd = onEnd;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
    }

    /**
     * Starts to read.
     *
     * @param channel taken over
     * @param onEnd called when the client closes this socket, or sends what does not belong there
     */
    static TwinReader start(String name, MessageChannel channel, DmaMessages dma, Runnable onEnd) {
        TwinReader reader = new TwinReader(name, channel, dma, onEnd);
        try {
            reader.thread.start();
        } catch (Error e) { // no more threads can be had
            throw Closing.after(e, reader.incoming);
        }
        return reader;
    }

    private void loop() {
        try {
            while (channel.receive(incoming, Message.HEADER) == MessageChannel.Outcome.MESSAGE && incoming.isReply()) {
                dma.deliver(incoming);
            }
            dma.fail("the client closed the socket for DMA messages");
        } catch (RuntimeException | Error e) {
            dma.fail(String.valueOf(e.getMessage()));
        } finally {
            onEnd.run();
        }
    }

    /** Ends the reading and closes the socket. Idempotent. */
    @Override
    public void close() {
        channel.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // the thread ends at once, now that its socket is shut down
            }
        }
        channel.close();
        incoming.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
