// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Fd;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sending side of a connection, which several threads use: answers and the server's own commands.
 *
 * <p>Threads: thread-safe. Blocks while the socket is full, at most as long as the channel's limit.
 */
final class Outgoing {
    private final MessageChannel channel;
    private final ReentrantLock sending = new ReentrantLock();

    Outgoing(MessageChannel channel) {
        this.channel = channel;
    }

    /**
     * Sends a message whole. After a failure nothing more can be sent, so the connection is ended, which wakes its reader.
     *
     * @param fds borrowed
     * @throws io.jvfio.VfioException if the peer is gone, or does not read
     */
    void send(Message message, List<? extends Fd> fds) {
        sending.lock();
        try {
            channel.send(message, fds);
        } catch (RuntimeException e) {
            channel.shutdown();
            throw e;
        } finally {
            sending.unlock();
        }
    }
}
